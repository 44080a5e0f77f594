import { type ReactNode, useMemo } from 'react';
import type { Contact, Score } from '../../api/types';
import { idOf, Link } from '../../app/navigation';
import type { Column } from '../../design/grid/grid';
import { Meter } from '../../design/primitives/small';
import { NOTHING } from '../../i18n/format';
import { useWords } from '../../i18n/i18n';
import './people.css';

function Name({ contact }: { contact: Contact }) {
  return (
    <Link to="/people/$id" params={{ id: idOf(contact.name) }} tabIndex={-1} className="record-name" preload={false}>
      <bdi>{contact.displayName ?? NOTHING}</bdi>
    </Link>
  );
}

function Share({ value, text }: { value: number | undefined; text: string }) {
  return (
    <span className="share">
      <span>{text}</span>
      <Meter value={value} />
    </span>
  );
}

/** What the list shows of a person. A score that is still being read is an ellipsis, a missing one a dash. */
export function usePeopleColumns(scores: Map<string, Score>, loading: boolean): Column<Contact>[] {
  const { t, format } = useWords();
  return useMemo(() => {
    const scored = (contact: Contact, show: (score: Score) => ReactNode) => {
      const score = scores.get(contact.name);
      return score ? show(score) : loading ? '…' : NOTHING;
    };
    return [
      {
        id: 'display_name',
        header: t('people.name'),
        track: 'minmax(10rem, 2fr)',
        sortable: true,
        cell: (row) => <Name contact={row} />,
      },
      {
        id: 'external_id',
        header: t('people.externalId'),
        track: 'minmax(5.5rem, 0.8fr)',
        sortable: true,
        cell: (row) => row.externalId,
      },
      {
        id: 'language',
        header: t('people.language'),
        track: 'minmax(5rem, 0.7fr)',
        cell: (row) => format.language(row.language || 'en'),
      },
      {
        id: 'p_buy_90d',
        header: t('people.pBuy'),
        track: 'minmax(5.5rem, 1fr)',
        end: true,
        cell: (row) => scored(row, (score) => <Share value={score.pBuy90d} text={format.percent(score.pBuy90d ?? 0, 1)} />),
      },
      {
        id: 'p_alive',
        header: t('people.pAlive'),
        track: 'minmax(5.5rem, 1fr)',
        end: true,
        cell: (row) => scored(row, (score) => <Share value={score.pAlive} text={format.percent(score.pAlive ?? 0, 1)} />),
      },
      {
        id: 'expected_value',
        header: t('people.expectedValue'),
        track: 'minmax(5.5rem, 0.8fr)',
        end: true,
        cell: (row) => scored(row, (score) => format.money(score.expectedValue ?? 0, score.currency)),
      },
    ];
  }, [t, format, scores, loading]);
}

/** The same in two lines, for the phone. */
export function PersonCard({ contact, score }: { contact: Contact; score: Score | undefined }) {
  const { t, format } = useWords();
  return (
    <>
      <div>
        <span>
          <Name contact={contact} />
        </span>
        <span className="num">{score ? format.money(score.expectedValue ?? 0, score.currency) : NOTHING}</span>
      </div>
      <div className="meta">
        <span>{[contact.externalId, format.language(contact.language || 'en')].join(' · ')}</span>
        <span className="num">
          {score
            ? t('people.cardScores', { buy: format.percent(score.pBuy90d ?? 0), alive: format.percent(score.pAlive ?? 0) })
            : t('people.noScore')}
        </span>
      </div>
    </>
  );
}

import { Ban } from 'lucide-react';
import { useState } from 'react';
import type { Consent, Suppression } from '../../api/types';
import { ConsentBadge, Note } from '../../design/primitives/badge';
import { Button } from '../../design/primitives/button';
import { Moment } from '../../design/primitives/small';
import { Empty } from '../../design/states/states';
import { useWords } from '../../i18n/i18n';
import { PROOF_ID } from './answer';

/** Lines of the log shown before one asks for all of them. */
const SHOWN = 8;

/** What was said, where and when: the whole log, newest first, as proof. */
export function Consents({ log }: { log: Consent[] }) {
  const { t, code } = useWords();
  const [all, setAll] = useState(false);
  if (log.length === 0) return <Empty title={t('person.noConsents')}>{t('person.noConsentsWhy')}</Empty>;
  // The log only grows at its end, so a line's place from the start is its name.
  const newest = log.map((line, place) => ({ line, place })).reverse();
  const shown = all ? newest : newest.slice(0, SHOWN);
  return (
    <>
      <p className="meta">{t('person.proofLead')}</p>
      <ol className="log" id={PROOF_ID} tabIndex={-1} aria-label={t('person.proof')}>
        {shown.map(({ line, place }) => (
          <li key={place}>
            <div className="row">
              <ConsentBadge state={line.state} />
              <span>
                {t('person.consentLine', { purpose: code('purpose', line.purpose), channel: code('channel', line.channel) })}
              </span>
              <Moment value={line.occurTime} as="date" />
            </div>
            <span className="meta">
              {t('person.consentSource', { source: line.source ?? '' })} · {t('person.recorded')}{' '}
              <Moment value={line.recordTime} />
            </span>
          </li>
        ))}
      </ol>
      {newest.length > shown.length ? (
        <Button onClick={() => setAll(true)}>{t('person.showAll', { count: newest.length })}</Button>
      ) : null}
    </>
  );
}

/** Addresses nobody may write to any more. */
export function Suppressions({ suppressions }: { suppressions: Suppression[] }) {
  const { t, code } = useWords();
  if (suppressions.length === 0) return <p className="muted">{t('person.noSuppressions')}</p>;
  return (
    <div className="stack-tight">
      {suppressions.map((each) => (
        <Note key={`${each.channel}/${each.reason}/${each.purpose}`} tone="bad" icon={Ban}>
          {t('person.suppression', {
            channel: code('channel', each.channel),
            why: code('suppression', each.reason),
            purpose: each.purpose ? code('purpose', each.purpose) : t('person.everyPurpose'),
          })}{' '}
          <Moment value={each.createTime} />
        </Note>
      ))}
    </div>
  );
}

import type { StackPart } from '../design/chart/bars';
import { BarList, Stacked } from '../design/chart/bars';
import { useWords } from '../i18n/i18n';
import { Link } from './navigation';
import type { Outcome } from './outcome';

interface Props {
  id: string;
  name: string;
  outcome: Outcome;
}

/** Where the messages of a campaign went: every part is a link to the people behind it. */
export function OutcomeBar({ id, name, outcome }: Props) {
  const { t, format } = useWords();
  const part = (key: 'delivered' | 'bounced' | 'failed' | 'unknown' | 'refused' | 'underway', state: string): StackPart => ({
    key,
    tone: `stack-${key}`,
    value: outcome[key],
    label: (
      <Link to="/campaigns/$id/recipients" params={{ id }} search={{ state }}>
        {t(`outcome.${key}`)}
      </Link>
    ),
    text: <span data-figure={`messages.${key}`}>{format.count(outcome[key])}</span>,
  });
  const parts = [
    part('delivered', 'DELIVERED'),
    part('bounced', 'BOUNCED'),
    part('refused', 'REFUSED'),
    part('underway', 'ACCEPTED'),
    part('failed', 'FAILED'),
    part('unknown', 'UNKNOWN'),
  ];
  if (outcome.waiting > 0) {
    parts.push({
      key: 'waiting',
      tone: 'stack-waiting',
      value: outcome.waiting,
      label: t('outcome.waiting'),
      text: format.count(outcome.waiting),
    });
  }
  const label = t('outcome.bar', {
    name,
    delivered: format.count(outcome.delivered),
    bounced: format.count(outcome.bounced),
    refused: format.count(outcome.refused),
    audience: format.count(outcome.audience),
  });
  return <Stacked parts={parts} total={outcome.audience} label={label} />;
}

/** Why some were not written to, each reason a link to the people it spared. */
export function RefusedReasons({ id, outcome }: Pick<Props, 'id' | 'outcome'>) {
  const { t, code, format } = useWords();
  if (outcome.reasons.length === 0) return <p className="muted">{t('outcome.noneRefused')}</p>;
  return (
    <BarList
      label={t('outcome.reasons')}
      tone="back-warning"
      bars={outcome.reasons.map(({ reason, count }) => ({
        key: reason,
        value: count,
        label: (
          <Link to="/campaigns/$id/recipients" params={{ id }} search={{ state: 'REFUSED', reason }}>
            {code('refused', reason)}
          </Link>
        ),
        text: <span data-figure={`refused.${reason}`}>{format.count(count)}</span>,
      }))}
    />
  );
}

import { useQuery } from '@tanstack/react-query';
import { Meter } from '../../design/primitives/small';
import { Empty, Failed, Loading } from '../../design/states/states';
import { useWords } from '../../i18n/i18n';
import { scoreQuery } from './queries';

/** What the model says of the person, and what it was told. */
export function Scores({ name }: { name: string }) {
  const { t, format } = useWords();
  const query = useQuery(scoreQuery(name));
  if (query.isPending) return <Loading rows={5} />;
  if (query.isError && query.data === undefined) {
    return <Failed error={query.error} what={t('person.scoreFailed')} retry={() => void query.refetch()} />;
  }
  const score = query.data;
  if (!score) return <Empty title={t('person.noScore')}>{t('person.noScoreWhy')}</Empty>;
  const money = (value: number | undefined) => format.money(value ?? 0, score.currency);
  const results: [string, string][] = [
    [t('person.expectedPurchases'), format.number(score.expectedPurchases ?? 0, 2, true)],
    [t('person.expectedValue'), money(score.expectedValue)],
    [t('person.residualValue'), money(score.residualLifetimeValue)],
  ];
  const inputs: [string, string][] = [
    [t('person.frequency'), format.count(score.frequency ?? 0)],
    [t('person.recency'), t('person.weeks', { weeks: format.number(score.recencyWeeks ?? 0, 1) })],
    [t('person.age'), t('person.weeks', { weeks: format.number(score.ageWeeks ?? 0, 1) })],
    [t('person.meanValue'), score.meanValue ? money(score.meanValue) : t('person.noRepeat')],
  ];
  return (
    <>
      <div className="chances">
        <div>
          <span className="figure-label">{t('person.pBuy')}</span>
          <span className="figure-value" data-figure="score.pBuy90d">
            {format.percent(score.pBuy90d ?? 0, 1)}
          </span>
          <Meter value={score.pBuy90d} />
        </div>
        <div>
          <span className="figure-label">{t('person.pAlive')}</span>
          <span className="figure-value" data-figure="score.pAlive">
            {format.percent(score.pAlive ?? 0, 1)}
          </span>
          <Meter value={score.pAlive} />
        </div>
      </div>
      <Pairs rows={results} />
      <h3>{t('person.inputs')}</h3>
      <Pairs rows={inputs} />
      <p className="meta">
        {t('person.scoreCaption', { date: format.day(score.asOfDate), model: code(score.model), run: runId(score.scoringRun) })}
      </p>
    </>
  );
}

function Pairs({ rows }: { rows: [string, string][] }) {
  return (
    <dl className="facts facts-end">
      {rows.map(([label, value]) => [<dt key={`${label}-n`}>{label}</dt>, <dd key={`${label}-v`}>{value}</dd>])}
    </dl>
  );
}

/** Models have names of their own, the same in every language. */
function code(model: string | undefined): string {
  return model === 'bg_nbd' ? 'BG/NBD' : (model ?? '');
}

function runId(name: string | undefined): string {
  return (name ?? '').replace(/^scoringRuns\//, '');
}

import type { ScoringRun } from '../../api/types';
import { PairBars } from '../../design/chart/bars';
import { useWords } from '../../i18n/i18n';

/** The same comparison by what was known of the customers: does it hold for the loyal ones too? */
export function Groups({ run }: { run: ScoringRun }) {
  const { t, format } = useWords();
  const groups = run.holdout?.groups ?? [];
  const max = Math.max(0, ...groups.flatMap((group) => [group.predictedMean ?? 0, group.actualMean ?? 0]));
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable */}
      <section className="table-scroll" tabIndex={0} aria-label={t('overview.groups')}>
        <table className="data-table" data-table="holdout-groups">
          <thead>
            <tr>
              <th scope="col">{t('overview.repeat')}</th>
              <th scope="col" className="end">
                {t('overview.customers')}
              </th>
              <th scope="col" className="end">
                {t('overview.predicted')}
              </th>
              <th scope="col" className="end">
                {t('overview.actual')}
              </th>
              <th scope="col" className="wide-only">
                <span className="visually-hidden">{t('overview.compared')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {groups.map((group, index) => (
              <tr key={group.frequency ?? 0}>
                <th scope="row">
                  {index === groups.length - 1
                    ? t('overview.orMore', { count: format.count(group.frequency ?? 0) })
                    : format.count(group.frequency ?? 0)}
                </th>
                <td className="end">{format.count(group.customers ?? 0)}</td>
                <td className="end">{format.number(group.predictedMean ?? 0, 2, true)}</td>
                <td className="end">{format.number(group.actualMean ?? 0, 2, true)}</td>
                <td className="wide-only">
                  <PairBars first={group.predictedMean ?? 0} second={group.actualMean ?? 0} max={max} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className="meta">{t('overview.groupsCaption', { weeks: run.holdout?.weeks ?? 0 })}</p>
    </>
  );
}

/** The fitted parameters, for those who want to check them against another implementation. */
export function Models({ run }: { run: ScoringRun }) {
  const { t, format } = useWords();
  const { purchaseModel, valueModel } = run;
  const rows: [string, string][] = [
    ['r', format.number(purchaseModel?.r, 4, true)],
    ['α', format.number(purchaseModel?.alpha, 4, true)],
    ['a', format.number(purchaseModel?.a, 4, true)],
    ['b', format.number(purchaseModel?.b, 4, true)],
    [t('overview.likelihood'), format.number(purchaseModel?.logLikelihood, 2, true)],
  ];
  const valueRows: [string, string][] = [
    ['p', format.number(valueModel?.p, 3, true)],
    ['q', format.number(valueModel?.q, 3, true)],
    ['v', format.number(valueModel?.v, 3, true)],
    [t('overview.likelihood'), format.number(valueModel?.logLikelihood, 2, true)],
    [t('overview.fittedOn'), format.count(valueModel?.customers)],
  ];
  return (
    <>
      {purchaseModel ? <Parameters title={t('overview.bgNbd')} rows={rows} /> : null}
      {valueModel ? <Parameters title={t('overview.gammaGamma')} rows={valueRows} /> : null}
      <p className="meta">{t('overview.modelCaption', { date: format.day(run.asOfDate), n: format.count(run.scored ?? 0) })}</p>
    </>
  );
}

function Parameters({ title, rows }: { title: string; rows: [string, string][] }) {
  return (
    <div className="stack-tight">
      <h3>{title}</h3>
      <dl className="facts facts-end">
        {rows.map(([name, value]) => [<dt key={`${name}-n`}>{name}</dt>, <dd key={`${name}-v`}>{value}</dd>])}
      </dl>
    </div>
  );
}

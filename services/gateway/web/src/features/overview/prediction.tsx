import { ChartLine, Table2 } from 'lucide-react';
import type { ScoringRun } from '../../api/types';
import { LineChart } from '../../design/chart/line';
import { Button } from '../../design/primitives/button';
import { Empty } from '../../design/states/states';
import { toCount } from '../../i18n/format';
import { useWords } from '../../i18n/i18n';

/** Shows the same numbers as a chart or as a table. */
export function TableSwitch({ table, onTable }: { table: boolean; onTable: () => void }) {
  const { t } = useWords();
  return (
    <Button tone="quiet" icon={table ? ChartLine : Table2} onClick={onTable}>
      {table ? t('chart.showChart') : t('chart.showTable')} <kbd>t</kbd>
    </Button>
  );
}

/** Predicted against actual, week by week: the question whether the model deserves trust. */
export function Prediction({ run, table }: { run: ScoringRun; table: boolean }) {
  const { t, format } = useWords();
  const holdout = run.holdout;
  const weeks = holdout?.byWeek ?? [];
  if (!holdout || weeks.length === 0) return <Empty title={t('overview.noHoldout')}>{t('overview.noHoldoutWhy')}</Empty>;
  const predicted = holdout.predicted ?? 0;
  const actual = toCount(holdout.actual);
  const values = {
    weeks: holdout.weeks ?? weeks.length,
    date: format.day(run.asOfDate),
    predicted: format.number(predicted, 1),
    actual: format.count(actual),
  };
  const difference = actual === 0 ? undefined : predicted / actual - 1;
  return (
    <figure className="chart">
      <p>
        <strong data-figure="holdout.predicted">{values.predicted}</strong> {t('overview.predictedUnit')} ·{' '}
        <strong data-figure="holdout.actual">{values.actual}</strong> {t('overview.actualUnit')}
        {difference === undefined ? null : (
          <span className="muted">
            {' '}
            · {t(difference < 0 ? 'overview.under' : 'overview.over', { share: format.percent(Math.abs(difference), 1) })}
          </span>
        )}
      </p>
      {table ? (
        <WeekTable run={run} />
      ) : (
        <LineChart
          description={t('overview.chartText', values)}
          xValues={[0, ...weeks.map((week) => week.week ?? 0)]}
          xLabel={t('overview.weeksAfter', values)}
          series={[
            {
              name: t('overview.predicted'),
              values: [0, ...weeks.map((week) => week.predicted ?? 0)],
              endLabel: values.predicted,
              dashed: true,
            },
            { name: t('overview.actual'), values: [0, ...weeks.map((week) => toCount(week.actual))], endLabel: values.actual },
          ]}
          formatX={(x) => format.count(x)}
          formatY={(y) => format.number(y, 1)}
        />
      )}
      <figcaption className="meta">{t('overview.chartCaption', { ...values, n: format.count(run.scored ?? 0) })}</figcaption>
    </figure>
  );
}

function WeekTable({ run }: { run: ScoringRun }) {
  const { t, format } = useWords();
  return (
    // A region that scrolls must be reachable by the keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable region
    <section className="table-scroll" tabIndex={0} aria-label={t('overview.prediction')}>
      <table className="data-table" data-table="holdout-weeks">
        <thead>
          <tr>
            <th scope="col">{t('overview.week')}</th>
            <th scope="col" className="end">
              {t('overview.predicted')}
            </th>
            <th scope="col" className="end">
              {t('overview.actual')}
            </th>
            <th scope="col" className="end">
              {t('overview.difference')}
            </th>
          </tr>
        </thead>
        <tbody>
          {run.holdout?.byWeek?.map((week) => (
            <tr key={week.week}>
              <th scope="row">{format.count(week.week)}</th>
              <td className="end">{format.number(week.predicted ?? 0, 1, true)}</td>
              <td className="end">{format.count(week.actual ?? 0)}</td>
              <td className="end">{format.number((week.predicted ?? 0) - toCount(week.actual), 1, true)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

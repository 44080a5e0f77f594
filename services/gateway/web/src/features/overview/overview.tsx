import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { PanelBoundary } from '../../app/error-boundary';
import { outcomeOf } from '../../app/outcome';
import { DataNote, Page } from '../../app/page';
import { useCommands } from '../../commands/registry';
import { Note } from '../../design/primitives/badge';
import { Panel } from '../../design/primitives/small';
import { Empty, Failed, Loading } from '../../design/states/states';
import { useWords } from '../../i18n/i18n';
import { Groups, Models } from './model';
import { Prediction, TableSwitch } from './prediction';
import { campaignsQuery, contactsQuery, isUnderWay, newestFinished, runsQuery } from './queries';
import { Segments } from './segments';
import { Sends } from './sends';

/** How are our relationships doing, and can the numbers be trusted? */
export function Overview() {
  const { t, format } = useWords();
  const contacts = useQuery(contactsQuery);
  const runs = useQuery(runsQuery);
  const [table, setTable] = useState(false);
  const toggle = () => setTable((shown) => !shown);
  useCommands([{ id: 'overview.table', label: 'chart.toggle', group: 'page', keys: ['t'], run: toggle }]);
  const run = newestFinished(runs.data);
  const active = runs.data?.find(isUnderWay);
  return (
    <Page title={t('nav.overview')} lead={t('overview.lead')}>
      <Figures total={contacts.data ? (contacts.data.totalSize ?? 0) : undefined} scored={run?.scored} />
      {active ? <Note tone="info">{t('overview.scoring', { share: format.percent(active.progress ?? 0) })}</Note> : null}
      <div className="columns">
        <div className="stack span-8">
          <Panel
            title={t('overview.prediction')}
            actions={run?.holdout ? <TableSwitch table={table} onTable={toggle} /> : undefined}
          >
            <PanelBoundary what={t('overview.runsFailed')}>
              {runs.isPending ? <Loading rows={7} /> : null}
              {runs.isError && !runs.data ? (
                <Failed error={runs.error} what={t('overview.runsFailed')} retry={() => void runs.refetch()} />
              ) : null}
              {runs.data && !run ? <Empty title={t('overview.noRuns')}>{t('overview.noRunsWhy')}</Empty> : null}
              {run ? <Prediction run={run} table={table} /> : null}
            </PanelBoundary>
          </Panel>
          {run ? (
            <div className="columns-inner">
              <Panel title={t('overview.groups')}>
                <Groups run={run} />
              </Panel>
              <Panel title={t('overview.model')}>
                <Models run={run} />
              </Panel>
            </div>
          ) : null}
        </div>
        <div className="stack span-4">
          <Panel title={t('overview.segments')}>
            <PanelBoundary what={t('overview.segmentsFailed')}>
              <Segments />
            </PanelBoundary>
          </Panel>
          <Panel title={t('overview.sends')}>
            <PanelBoundary what={t('overview.sendsFailed')}>
              <Sends />
            </PanelBoundary>
          </Panel>
        </div>
      </div>
      <DataNote contacts={contacts.data?.contacts ?? []} />
    </Page>
  );
}

/** The server counts matches up to here; from here on the number is "at least". */
const COUNTED_TO = 10_000;

function Figures({ total, scored }: { total: number | undefined; scored: number | undefined }) {
  const { t, format } = useWords();
  const campaigns = useQuery(campaignsQuery);
  const outcomes = (campaigns.data ?? []).map((campaign) => outcomeOf(campaign.progress));
  const sum = (pick: (outcome: (typeof outcomes)[number]) => number): number | undefined =>
    campaigns.data ? outcomes.reduce((all, outcome) => all + pick(outcome), 0) : undefined;
  const figures: [string, string, string][] = [
    [
      'contacts',
      t('overview.people'),
      total !== undefined && total >= COUNTED_TO ? t('app.atLeast', { count: format.count(total) }) : format.count(total),
    ],
    ['scored', t('overview.scored'), format.count(scored)],
    ['requested', t('overview.requested'), format.count(sum((outcome) => outcome.requested))],
    ['delivered', t('overview.delivered'), format.count(sum((outcome) => outcome.delivered))],
    ['refused', t('overview.spared'), format.count(sum((outcome) => outcome.refused))],
  ];
  return (
    <dl className="figures">
      {figures.map(([key, label, value]) => (
        <div className="figure" key={key}>
          <dt>{label}</dt>
          <dd data-figure={key}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Pause, Play, SearchX } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError } from '../../api/errors';
import { pauseCampaign, resumeCampaign } from '../../api/resources';
import type { Campaign } from '../../api/types';
import { announce } from '../../app/announcer';
import { idOf, Link, useNavigate, useParams } from '../../app/navigation';
import { campaignTitle, outcomeOf } from '../../app/outcome';
import { OutcomeBar, RefusedReasons } from '../../app/outcome-view';
import { Page } from '../../app/page';
import { useMay } from '../../app/session';
import { useCommands } from '../../commands/registry';
import { CampaignBadge, Note } from '../../design/primitives/badge';
import { Button } from '../../design/primitives/button';
import { Moment, Panel } from '../../design/primitives/small';
import { Empty, Failed, Loading, useErrorText } from '../../design/states/states';
import { NOTHING } from '../../i18n/format';
import { useWords } from '../../i18n/i18n';
import './campaigns.css';
import { Progress } from './progress';
import { campaignQuery } from './queries';

/** How is this campaign doing, and whom did it spare? */
export function CampaignPage() {
  const { t } = useWords();
  const { id } = useParams({ from: '/house/campaigns/$id' });
  const navigate = useNavigate();
  const name = `campaigns/${id}`;
  const query = useQuery(campaignQuery(name));
  const missing = query.error instanceof ApiError && ['NOT_FOUND', 'INVALID_ARGUMENT'].includes(query.error.code);
  const campaign = query.data;
  useCommands([
    {
      id: 'campaign.list',
      label: 'campaign.backToList',
      group: 'page',
      keys: ['u'],
      run: () => void navigate({ to: '/campaigns' }),
    },
  ]);
  return (
    <Page
      title={campaign ? campaignTitle(campaign) : t(missing ? 'campaign.missing' : 'campaign.title')}
      above={
        <div className="way">
          <Link to="/campaigns">‹ {t('nav.campaigns')}</Link>
        </div>
      }
      actions={campaign ? <Actions campaign={campaign} /> : undefined}
    >
      {query.isPending ? <Loading rows={6} /> : null}
      {missing ? (
        <Empty icon={SearchX} title={t('campaign.missing')} action={<Link to="/campaigns">{t('campaign.backToList')}</Link>}>
          {t('campaign.missingWhy')}
        </Empty>
      ) : null}
      {query.isError && !campaign && !missing ? (
        <Failed error={query.error} what={t('campaign.failed')} retry={() => void query.refetch()} />
      ) : null}
      {campaign ? <Numbers campaign={campaign} id={id} /> : null}
    </Page>
  );
}

/** Pause and resume, each the undo of the other; the change is told, seen and heard. */
function Actions({ campaign }: { campaign: Campaign }) {
  const { t, format } = useWords();
  const client = useQueryClient();
  const errorText = useErrorText();
  const may = useMay('campaigns.run');
  const running = campaign.state === 'STATE_RUNNING';
  const paused = campaign.state === 'STATE_PAUSED';
  const change = useMutation({
    mutationFn: (action: 'pause' | 'resume') =>
      action === 'pause' ? pauseCampaign(campaign.name) : resumeCampaign(campaign.name),
    onSuccess: (changed, action) => {
      client.setQueryData(campaignQuery(campaign.name).queryKey, changed);
      void client.invalidateQueries({ queryKey: ['campaigns'] });
      const underway = format.count(outcomeOf(changed.progress).underway);
      announce(t(action === 'pause' ? 'campaign.paused' : 'campaign.resumed', { underway }));
    },
    onError: (error) => {
      announce(errorText(error));
      void client.invalidateQueries({ queryKey: ['campaigns'] });
    },
  });
  const act = () => {
    if (!change.isPending && may && (running || paused)) change.mutate(running ? 'pause' : 'resume');
  };
  useCommands(
    may && (running || paused)
      ? [{ id: 'campaign.toggle', label: running ? 'campaign.pause' : 'campaign.resume', group: 'page', keys: ['.'], run: act }]
      : [],
  );
  return (
    <>
      <CampaignBadge state={campaign.state} />
      {may && (running || paused) ? (
        <Button tone={paused ? 'primary' : 'plain'} icon={running ? Pause : Play} aria-disabled={change.isPending} onClick={act}>
          {t(running ? 'campaign.pause' : 'campaign.resume')}
        </Button>
      ) : null}
      {change.isError ? (
        <div role="alert">
          <Note tone="bad">{errorText(change.error)}</Note>
        </div>
      ) : null}
    </>
  );
}

function Numbers({ campaign, id }: { campaign: Campaign; id: string }) {
  const { t, code, format } = useWords();
  const outcome = outcomeOf(campaign.progress);
  const n = (value: number) => format.count(value);
  const facts: [string, ReactNode][] = [
    [t('campaigns.purpose'), code('purpose', campaign.purpose)],
    [t('campaign.channel'), code('channel', campaign.channel)],
    [t('campaign.segment'), idOf(campaign.segment) || NOTHING],
    [t('campaign.template'), idOf(campaign.template) || NOTHING],
    [t('campaign.created'), <Moment key="created" value={campaign.createTime} />],
    [t('campaigns.started'), <Moment key="started" value={campaign.startTime} />],
    [t('campaign.finished'), <Moment key="finished" value={campaign.finishTime} />],
  ];
  return (
    <>
      <Progress campaign={campaign} outcome={outcome} />
      {campaign.state === 'STATE_PAUSED' ? (
        <Note tone="warning">{t('campaign.paused', { underway: n(outcome.underway) })}</Note>
      ) : null}
      <div className="columns">
        <div className="stack span-8">
          <Panel title={t('campaign.outcome')}>
            <OutcomeBar id={id} name={campaignTitle(campaign)} outcome={outcome} />
            <div className="sums" data-sums>
              <p>
                {t('campaign.sumAudience', {
                  audience: n(outcome.audience),
                  requested: n(outcome.requested),
                  waiting: n(outcome.waiting),
                })}
              </p>
              <p>
                {t('campaign.sumRequested', {
                  requested: n(outcome.requested),
                  accepted: n(outcome.accepted),
                  refused: n(outcome.refused),
                })}
              </p>
              <p>
                {t('campaign.sumAccepted', {
                  accepted: n(outcome.accepted),
                  delivered: n(outcome.delivered),
                  bounced: n(outcome.bounced),
                  failed: n(outcome.failed),
                  unknown: n(outcome.unknown),
                  underway: n(outcome.underway),
                })}
              </p>
            </div>
            {outcome.addsUp ? null : <Note tone="warning">{t('campaign.catchingUp')}</Note>}
          </Panel>
          <Panel title={t('outcome.reasons')}>
            <RefusedReasons id={id} outcome={outcome} />
          </Panel>
        </div>
        <div className="span-4">
          <Panel title={t('campaign.about')}>
            <dl className="facts">
              {facts.map(([label, value]) => [<dt key={`${label}-n`}>{label}</dt>, <dd key={`${label}-v`}>{value}</dd>])}
            </dl>
            <Link to="/campaigns/$id/recipients" params={{ id }} className="line-link">
              {t('campaign.everyone')}
            </Link>
          </Panel>
        </div>
      </div>
    </>
  );
}

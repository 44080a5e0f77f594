import { useQuery } from '@tanstack/react-query';
import { Megaphone } from 'lucide-react';
import { useMemo, useRef } from 'react';
import type { Campaign } from '../../api/types';
import { campaignsQuery } from '../../app/campaign-names';
import { useListCommands } from '../../app/list-commands';
import { idOf, Link, useNavigate, usePlace } from '../../app/navigation';
import { campaignTitle, doneShare, type Outcome, outcomeOf } from '../../app/outcome';
import { Page } from '../../app/page';
import { type Column, Grid, type GridHandle } from '../../design/grid/grid';
import { CampaignBadge } from '../../design/primitives/badge';
import { Moment } from '../../design/primitives/small';
import { Empty, Failed, Loading } from '../../design/states/states';
import { NOTHING } from '../../i18n/format';
import { useWords } from '../../i18n/i18n';
import './campaigns.css';

function Title({ campaign }: { campaign: Campaign }) {
  return (
    <Link to="/campaigns/$id" params={{ id: idOf(campaign.name) }} tabIndex={-1} className="record-name">
      <bdi>{campaignTitle(campaign)}</bdi>
    </Link>
  );
}

function useColumns(): Column<Campaign>[] {
  const { t, code, format } = useWords();
  return useMemo(() => {
    const number = (id: string, header: string, pick: (outcome: Outcome) => number, least = '5.5rem'): Column<Campaign> => ({
      id,
      header,
      track: `minmax(${least}, 0.8fr)`,
      end: true,
      cell: (row) => format.count(pick(outcomeOf(row.progress))),
    });
    return [
      { id: 'name', header: t('campaigns.name'), track: 'minmax(10rem, 2fr)', cell: (row) => <Title campaign={row} /> },
      {
        id: 'state',
        header: t('campaigns.state'),
        track: 'minmax(7.5rem, 1fr)',
        cell: (row) => <CampaignBadge state={row.state} />,
      },
      {
        id: 'purpose',
        header: t('campaigns.purpose'),
        track: 'minmax(5rem, 1fr)',
        wide: true,
        cell: (row) => code('purpose', row.purpose),
      },
      number('audience', t('outcome.audience'), (outcome) => outcome.audience),
      number('delivered', t('outcome.delivered'), (outcome) => outcome.delivered),
      number('bounced', t('outcome.bounced'), (outcome) => outcome.bounced),
      number('refused', t('outcome.refused'), (outcome) => outcome.refused, '6.5rem'),
      {
        id: 'start',
        header: t('campaigns.started'),
        track: 'minmax(6rem, 1fr)',
        wide: true,
        end: true,
        cell: (row) => (row.startTime ? <Moment value={row.startTime} as="relative" /> : NOTHING),
      },
    ];
  }, [t, code, format]);
}

/** What is going out, and what came of it? */
export function CampaignList() {
  const { t, format } = useWords();
  const navigate = useNavigate();
  const place = usePlace();
  const grid = useRef<GridHandle>(null);
  const campaigns = useQuery(campaignsQuery);
  const columns = useColumns();
  useListCommands(grid);
  const rows = campaigns.data ?? [];
  return (
    <Page
      fill
      title={t('nav.campaigns')}
      lead={campaigns.data ? t('campaigns.total', { count: rows.length }) : t('people.counting')}
    >
      {campaigns.isPending ? <Loading rows={8} /> : null}
      {campaigns.isError && !campaigns.data ? (
        <Failed error={campaigns.error} what={t('campaigns.failed')} retry={() => void campaigns.refetch()} />
      ) : null}
      {campaigns.data && rows.length === 0 ? (
        <Empty centre icon={Megaphone} title={t('overview.noCampaigns')}>
          {t('overview.noCampaignsWhy')}
        </Empty>
      ) : null}
      {rows.length > 0 ? (
        <Grid
          label={t('nav.campaigns')}
          rows={rows}
          rowKey={(campaign) => campaign.name}
          columns={columns}
          card={(campaign) => {
            const outcome = outcomeOf(campaign.progress);
            return (
              <>
                <div>
                  <span>
                    <Title campaign={campaign} />
                  </span>
                  <CampaignBadge state={campaign.state} />
                </div>
                <div className="meta">
                  <span>
                    {t('campaigns.card', {
                      delivered: format.count(outcome.delivered),
                      audience: format.count(outcome.audience),
                    })}
                  </span>
                  <span className="num">{format.percent(doneShare(outcome))}</span>
                </div>
              </>
            );
          }}
          handle={grid}
          place={place}
          onOpen={(campaign) => void navigate({ to: '/campaigns/$id', params: { id: idOf(campaign.name) } })}
        />
      ) : null}
    </Page>
  );
}

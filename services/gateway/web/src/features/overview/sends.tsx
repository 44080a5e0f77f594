import { useQuery } from '@tanstack/react-query';
import { idOf, Link } from '../../app/navigation';
import { campaignTitle, outcomeOf } from '../../app/outcome';
import { OutcomeBar, RefusedReasons } from '../../app/outcome-view';
import { CampaignBadge } from '../../design/primitives/badge';
import { Empty, Failed, Loading } from '../../design/states/states';
import { useWords } from '../../i18n/i18n';
import { campaignsQuery } from './queries';

/** The newest campaign by outcome and reason. */
export function Sends() {
  const { t, format } = useWords();
  const campaigns = useQuery(campaignsQuery);
  if (campaigns.isPending) return <Loading rows={5} />;
  if (campaigns.isError && !campaigns.data) {
    return <Failed error={campaigns.error} what={t('overview.sendsFailed')} retry={() => void campaigns.refetch()} />;
  }
  const newest = campaigns.data.find((campaign) => campaign.startTime) ?? campaigns.data[0];
  if (!newest) return <Empty title={t('overview.noCampaigns')}>{t('overview.noCampaignsWhy')}</Empty>;
  const outcome = outcomeOf(newest.progress);
  const id = idOf(newest.name);
  return (
    <>
      <div className="row">
        <h3>
          <Link to="/campaigns/$id" params={{ id }}>
            {campaignTitle(newest)}
          </Link>
        </h3>
        <CampaignBadge state={newest.state} />
      </div>
      <p className="muted">
        {t('overview.asked', { audience: format.count(outcome.audience), accepted: format.count(outcome.accepted) })}
      </p>
      <OutcomeBar id={id} name={campaignTitle(newest)} outcome={outcome} />
      <h3>{t('outcome.reasons')}</h3>
      <RefusedReasons id={id} outcome={outcome} />
      {campaigns.data.length > 1 ? (
        <p>
          <Link to="/campaigns">{t('overview.allCampaigns', { count: campaigns.data.length })}</Link>
        </p>
      ) : null}
    </>
  );
}

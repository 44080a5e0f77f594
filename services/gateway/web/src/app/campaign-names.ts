import { queryOptions, useQuery } from '@tanstack/react-query';
import { listCampaigns } from '../api/resources';
import { idOf } from './navigation';
import { campaignTitle } from './outcome';

export const campaignsQuery = queryOptions({
  queryKey: ['campaigns'],
  queryFn: async ({ signal }) => (await listCampaigns(signal)).campaigns ?? [],
});

/** A campaign by the name people gave it; its id while that is not known. */
export function useCampaignName(): (name: string) => string {
  const { data } = useQuery(campaignsQuery);
  return (name) => {
    const campaign = data?.find((each) => each.name === name);
    return campaign ? campaignTitle(campaign) : idOf(name);
  };
}

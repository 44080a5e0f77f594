import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { batchGetContacts, getCampaign, listMessages } from '../../api/resources';

export const RECIPIENTS_PAGE = 500;

/** While a campaign runs its numbers are asked for even if the live stream is silent. */
const RUNNING_MS = 2_000;

export const campaignQuery = (name: string) =>
  queryOptions({
    queryKey: ['campaigns', name],
    queryFn: ({ signal }) => getCampaign(name, signal),
    refetchInterval: (query) => (query.state.data?.state === 'STATE_RUNNING' ? RUNNING_MS : false),
  });

export const recipientsQuery = (originator: string, state: string | undefined, reason: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['messages', originator, state ?? '', reason ?? ''],
    queryFn: ({ pageParam, signal }) =>
      listMessages(
        { originator, state: state ? `STATE_${state}` : undefined, reason, pageSize: RECIPIENTS_PAGE, pageToken: pageParam },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextPageToken || undefined,
  });

/** The people of one page of messages, by name. */
export const pageContactsQuery = (names: string[]) =>
  queryOptions({
    queryKey: ['people', 'batch', names[0] ?? '', names.at(-1) ?? '', names.length],
    queryFn: async ({ signal }) => {
      const answer = await batchGetContacts(names, signal);
      return new Map((answer.contacts ?? []).map((contact) => [contact.name, contact]));
    },
    enabled: names.length > 0,
  });

import { queryOptions } from '@tanstack/react-query';
import { countSegment, listContacts, listScoringRuns, listSegments } from '../../api/resources';
import type { ScoringRun } from '../../api/types';

export const contactsQuery = queryOptions({
  queryKey: ['people', 'total'],
  queryFn: ({ signal }) => listContacts({ pageSize: 1 }, signal),
});

export const runsQuery = queryOptions({
  queryKey: ['scoringRuns'],
  queryFn: async ({ signal }) => (await listScoringRuns(signal)).scoringRuns ?? [],
  // A run under way shows its progress; one that is done does not change any more.
  refetchInterval: (query) => (query.state.data?.some(isUnderWay) ? 2_000 : false),
});

export const segmentsQuery = queryOptions({
  queryKey: ['segments'],
  queryFn: async ({ signal }) => (await listSegments(signal)).segments ?? [],
});

export const segmentCountQuery = (name: string) =>
  queryOptions({ queryKey: ['segments', name, 'count'], queryFn: ({ signal }) => countSegment(name, signal) });

export { campaignsQuery } from '../../app/campaign-names';

export function isUnderWay(run: ScoringRun): boolean {
  return run.state === 'STATE_PENDING' || run.state === 'STATE_RUNNING';
}

/** The newest run whose numbers are complete; the list comes newest first. */
export function newestFinished(runs: ScoringRun[] | undefined): ScoringRun | undefined {
  return runs?.find((run) => run.state === 'STATE_SUCCEEDED');
}

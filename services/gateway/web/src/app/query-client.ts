import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { isSignedOut, retryDelay, shouldRetry } from '../api/errors';

/** How long an answer counts as current without being asked for again. */
const STALE_MS = 30_000;

export function buildQueryClient(onSignedOut: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        // The session query itself is the router's business: it knows where one wanted to go.
        if (query.queryKey[0] !== 'session' && isSignedOut(error)) onSignedOut();
      },
    }),
    mutationCache: new MutationCache({
      onError: (error, _variables, _context, mutation) => {
        // A refused sign-in is an answer to the form, not the end of a session.
        if (mutation.options.mutationKey?.[0] !== 'signIn' && isSignedOut(error)) onSignedOut();
      },
    }),
    defaultOptions: {
      queries: { staleTime: STALE_MS, retry: shouldRetry, retryDelay, refetchOnWindowFocus: false },
      mutations: { retry: false },
    },
  });
}

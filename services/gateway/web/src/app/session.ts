import { queryOptions, useQuery } from '@tanstack/react-query';
import { getSession } from '../api/resources';
import type { Session } from '../api/types';

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => getSession(signal),
  staleTime: 5 * 60_000,
});

export function useSession(): Session {
  return useQuery(sessionQuery).data ?? {};
}

/** Whether a permission is among those granted; `*` is everything, `*.read` every reading. */
export function isAllowed(granted: string[] | undefined, permission: string): boolean {
  const action = permission.slice(permission.lastIndexOf('.') + 1);
  const resource = permission.slice(0, permission.lastIndexOf('.'));
  return (granted ?? []).some(
    (each) => each === '*' || each === permission || each === `*.${action}` || each === `${resource}.*`,
  );
}

/** Hides a control for comfort; the server is the one that refuses. */
export function useMay(permission: string): boolean {
  return isAllowed(useSession().permissions, permission);
}

/** A way back after sign-in: only a path of this console, nothing that leads elsewhere. */
export function safeBack(back: string | undefined): string {
  if (!back?.startsWith('/') || back.startsWith('//') || back.includes('\\') || back.startsWith('/sign-in')) return '/';
  return back;
}

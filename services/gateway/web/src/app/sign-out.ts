import type { QueryClient } from '@tanstack/react-query';
import { setCsrfToken } from '../api/client';
import { live } from '../api/live';
import { forgetPlaces } from '../design/grid/memory';
import { forgetList } from './list-context';
import type { useNavigate } from './navigation';

/** Forgets everything of the session in this tab and shows the sign-in, with the way back if it ended by itself. */
export function endSession(client: QueryClient, navigate: ReturnType<typeof useNavigate>, withBack: boolean): void {
  const here = `${location.pathname}${location.search}`;
  live.stop();
  setCsrfToken(undefined);
  forgetPlaces();
  forgetList();
  const keep = withBack && !location.pathname.startsWith('/sign-in') && here !== '/';
  void navigate({ to: '/sign-in', search: keep ? { back: here } : {} }).then(() => client.clear());
}

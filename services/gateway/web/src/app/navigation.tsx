/** The router as features see it: the library itself is imported here and in routes.tsx only. */
import { useLocation, useRouter } from '@tanstack/react-router';

export { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';

declare module '@tanstack/react-router' {
  interface HistoryState {
    /** Text searched for: it may be a name or an address, so it is kept out of the URL. */
    query?: string;
  }
}

/** Names this visit of this page; the way back meets the same name again. */
export function usePlace(): string {
  return useLocation({ select: (location) => `${location.pathname}${location.searchStr}#${location.state.query ?? ''}` });
}

export function useGoBack(): () => void {
  const router = useRouter();
  return () => router.history.back();
}

/** The last part of a resource name, as it stands in our URLs. */
export function idOf(name: string | undefined): string {
  return (name ?? '').slice((name ?? '').indexOf('/') + 1);
}

/** The text searched for, as this place in the history holds it. */
export function useHistoryText(): string {
  return useLocation({ select: (location) => location.state.query ?? '' });
}

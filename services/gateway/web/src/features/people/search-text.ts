import { useEffect, useState } from 'react';
import { useHistoryText, useNavigate } from '../../app/navigation';

const SETTLE_MS = 250;

/**
 * The text searched for and the text in the field. It may be a name, so it lives in the history's
 * state and not in the URL; the way back brings it again.
 */
export function useSearchText(): [query: string, typed: string, setTyped: (text: string) => void] {
  const navigate = useNavigate();
  const query = useHistoryText();
  const [typed, setTyped] = useState(query);
  useEffect(() => {
    const wanted = typed.trim();
    if (wanted === query) return undefined;
    const timer = setTimeout(() => {
      void navigate({
        to: '/people',
        search: (before) => before as never,
        state: wanted === '' ? {} : { query: wanted },
        replace: true,
      });
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [typed, query, navigate]);
  return [query, typed, setTyped];
}

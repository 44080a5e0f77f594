import { useSyncExternalStore } from 'react';

/** Whether a media query holds now, kept current. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const list = matchMedia(query);
      list.addEventListener('change', listener);
      return () => list.removeEventListener('change', listener);
    },
    () => matchMedia(query).matches,
  );
}

/** Below this a row becomes a card of two lines; the same figure stands in grid.css. */
export const NARROW = '(max-width: 899px)';
/** From here on there is room for every column. */
export const WIDE = '(min-width: 1100px)';

/** Height of a card; the same figure stands in grid.css. */
const CARD_HEIGHT = 64;
const DEFAULT_ROW = 36;

function rowToken(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--row')) || DEFAULT_ROW;
}

/** The height of a row in pixels: it follows the density switch and the kind of pointer. */
export function useRowHeight(): number {
  const narrow = useMedia(NARROW);
  const coarse = useMedia('(pointer: coarse)');
  const density = useSyncExternalStore(
    (listener) => {
      const observer = new MutationObserver(listener);
      observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-density'] });
      return () => observer.disconnect();
    },
    () => document.documentElement.dataset.density,
  );
  if (narrow) return CARD_HEIGHT;
  // Read again whenever one of the two changes; the token itself is the one source.
  void density;
  void coarse;
  return rowToken();
}

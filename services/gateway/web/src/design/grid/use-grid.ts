import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { recallPlace, rememberPlace } from './memory';

/** Rows left below the last one rendered when the next page is asked for. */
const AHEAD = 250;
/** Rows rendered beyond both edges. */
const OVERSCAN = 12;

interface Options {
  scroller: RefObject<HTMLDivElement | null>;
  /** Rows there are now; one more is rendered while more are to come. */
  loaded: number;
  hasMore: boolean;
  loadMore: (() => void) | undefined;
  rowHeight: number;
  headHeight: number;
  place: string | undefined;
  onPlace: ((active: number) => void) | undefined;
}

/** Which rows are rendered, which one is active, and how the focus follows it. */
export function useGrid({ scroller, loaded, hasMore, loadMore, rowHeight, headHeight, place, onPlace }: Options) {
  const start = useRef(recallPlace(place)).current;
  const [active, setActive] = useState(start?.active ?? 0);
  const [, repaint] = useState(0);
  const focusNext = useRef(start !== undefined);
  const count = loaded + (hasMore ? 1 : 0);
  const current = Math.min(active, Math.max(0, loaded - 1));
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    useFlushSync: false,
    initialOffset: start?.offset ?? 0,
    // The sticky head covers as much of the bottom edge's way as it is high.
    scrollPaddingEnd: headHeight,
    rangeExtractor: (range: Range) => withActive(defaultRangeExtractor(range), current, count),
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new height is the reason to measure
  useEffect(() => virtualizer.measure(), [virtualizer, rowHeight]);
  useEffect(() => {
    if (hasMore && last >= loaded - AHEAD) loadMore?.();
  }, [hasMore, last, loaded, loadMore]);
  useLayoutEffect(() => {
    if (!focusNext.current) return;
    const row = scroller.current?.querySelector<HTMLElement>(`[data-index="${current}"]`);
    if (!row) return;
    focusNext.current = false;
    row.focus({ preventScroll: true });
  });
  useEffect(() => {
    const element = scroller.current;
    if (!element || place === undefined) return undefined;
    return () => rememberPlace(place, { active: current, offset: element.scrollTop });
  }, [scroller, place, current]);

  const moveTo = (index: number) => {
    if (loaded === 0) return;
    const target = Math.max(0, Math.min(loaded - 1, index));
    focusNext.current = true;
    setActive(target);
    // Also when the row stays the same: the focus may have to come to it.
    repaint((paints) => paints + 1);
    onPlace?.(target);
    virtualizer.scrollToIndex(target, { align: 'auto' });
  };
  return { items, height: virtualizer.getTotalSize(), current, setActive, moveTo };
}

/** The active row stays rendered when it is scrolled away, so that the focus has a place. */
function withActive(range: number[], active: number, count: number): number[] {
  if (active >= count || range.includes(active)) return range;
  return [...range, active].sort((a, b) => a - b);
}

/** Where a key leads from the active row; undefined when the key is not ours. */
export function targetOf(event: KeyboardEvent, current: number, loaded: number, pageRows: number): number | undefined {
  const targets: Record<string, number> = {
    ArrowDown: current + 1,
    ArrowUp: current - 1,
    PageDown: current + pageRows,
    PageUp: current - pageRows,
    Home: 0,
    End: loaded - 1,
  };
  return event.ctrlKey || event.metaKey || event.altKey ? undefined : targets[event.key];
}

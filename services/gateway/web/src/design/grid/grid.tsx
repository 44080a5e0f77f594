import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp, ArrowUpDown } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, type Ref, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react';
import { NARROW, useMedia, useRowHeight, WIDE } from './environment';
import { recallPlace, rememberPlace } from './memory';
import './grid.css';

export interface Column<Row> {
  id: string;
  header: string;
  /** Its track in CSS grid terms. */
  track: string;
  end?: boolean;
  /** Shown only where there is much room. */
  wide?: boolean;
  /** Set when the server can sort by it. */
  sortable?: boolean;
  cell: (row: Row) => ReactNode;
}

export interface Sort {
  by: string;
  descending: boolean;
}

export interface GridHandle {
  move: (delta: number) => void;
  open: () => void;
}

interface Props<Row> {
  label: string;
  rows: Row[];
  rowKey: (row: Row) => string;
  columns: Column<Row>[];
  /** The same row in two lines, for narrow screens. */
  card: (row: Row) => ReactNode;
  /** How many there are in all; leave it out when nobody knows yet. */
  total?: number;
  onOpen?: (row: Row, index: number) => void;
  sort?: Sort;
  onSort?: (by: string) => void;
  hasMore?: boolean;
  loadMore?: () => void;
  handle?: Ref<GridHandle>;
  /** Names the list for the way back. */
  place?: string;
  onPlace?: (active: number) => void;
}

/** Rows left below the last one rendered when the next page is asked for. */
const AHEAD = 250;

/** A list of any length: only what is near the screen is in the document; one row has the focus. */
export function Grid<Row>(props: Props<Row>) {
  const { rows, rowKey, total, hasMore = false, loadMore, place } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const narrow = useMedia(NARROW);
  const wide = useMedia(WIDE);
  const columns = props.columns.filter((column) => wide || !column.wide);
  const rowHeight = useRowHeight();
  const start = useRef(recallPlace(place)).current;
  const [active, setActive] = useState(start?.active ?? 0);
  const focusNext = useRef(start !== undefined);
  const [, repaint] = useState(0);
  const count = rows.length + (hasMore ? 1 : 0);
  const current = Math.min(active, Math.max(0, rows.length - 1));
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    useFlushSync: false,
    initialOffset: start?.offset ?? 0,
    // The sticky head covers as much of the bottom edge's way as it is high.
    scrollPaddingEnd: narrow ? 0 : rowHeight,
    rangeExtractor: (range: Range) => withActive(defaultRangeExtractor(range), current, count),
  });
  const items = virtualizer.getVirtualItems();

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new height is the reason to measure
  useEffect(() => virtualizer.measure(), [virtualizer, rowHeight]);
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= rows.length - AHEAD) loadMore?.();
  }, [hasMore, last, rows.length, loadMore]);
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
  }, [place, current]);

  const moveTo = (index: number) => {
    if (rows.length === 0) return;
    const target = Math.max(0, Math.min(rows.length - 1, index));
    focusNext.current = true;
    setActive(target);
    // Also when the row stays the same: the focus may have to come to it.
    repaint((count) => count + 1);
    props.onPlace?.(target);
    virtualizer.scrollToIndex(target, { align: 'auto' });
  };
  const open = (index: number) => {
    const row = rows[index];
    if (row !== undefined) props.onOpen?.(row, index);
  };
  useImperativeHandle(props.handle, () => ({
    // The first stroke from outside enters the list where one was; the next ones move.
    move: (delta) => moveTo(scroller.current?.contains(document.activeElement) ? current + delta : current),
    open: () => open(current),
  }));

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / rowHeight) - 2);
    const steps: Record<string, number> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: rows.length - 1,
    };
    const inRow = (event.target as HTMLElement).getAttribute('role') === 'row';
    if (event.key in steps && inRow) {
      event.preventDefault();
      moveTo(steps[event.key] ?? 0);
    } else if (event.key === 'Enter' && inRow) {
      event.preventDefault();
      open(current);
    }
  };
  const tracks = columns.map((column) => column.track).join(' ');
  const knownTotal = total ?? (hasMore ? undefined : rows.length);
  return (
    <div
      className="grid"
      role="grid"
      aria-label={props.label}
      aria-rowcount={knownTotal === undefined ? -1 : knownTotal + 1}
      aria-colcount={narrow ? 1 : columns.length}
      ref={scroller}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      style={{ '--tracks': tracks } as React.CSSProperties}
    >
      {narrow ? null : <Head columns={columns} sort={props.sort} onSort={props.onSort} />}
      <div className="grid-body" role="rowgroup" style={{ height: virtualizer.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index];
          const style = { transform: `translateY(${item.start}px)` };
          if (row === undefined) return <LoadingRow key="loading" index={item.index} style={style} />;
          return (
            <div
              key={rowKey(row)}
              role="row"
              aria-rowindex={item.index + 2}
              data-index={item.index}
              tabIndex={item.index === current ? 0 : -1}
              className={`grid-row ${props.onOpen ? 'grid-open' : ''}`}
              style={style}
              onFocus={() => setActive(item.index)}
              onClick={(event) => {
                if ((event.target as HTMLElement).closest('a, button') === null) open(item.index);
              }}
            >
              {narrow ? (
                <div role="gridcell" className="grid-card">
                  {props.card(row)}
                </div>
              ) : (
                columns.map((column) => (
                  <div key={column.id} role="gridcell" className={`grid-cell ${column.end ? 'grid-end' : ''}`}>
                    {column.cell(row)}
                  </div>
                ))
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function withActive(range: number[], active: number, count: number): number[] {
  if (active >= count || range.includes(active)) return range;
  return [...range, active].sort((a, b) => a - b);
}

function LoadingRow({ index, style }: { index: number; style: React.CSSProperties }) {
  return (
    <div role="row" aria-rowindex={index + 2} aria-busy className="grid-row" style={style}>
      <div role="gridcell" className="grid-cell">
        <div className="grid-bone" />
      </div>
    </div>
  );
}

function Head<Row>({ columns, sort, onSort }: Pick<Props<Row>, 'columns' | 'sort' | 'onSort'>) {
  return (
    <div className="grid-head" role="rowgroup">
      <div role="row" aria-rowindex={1} className="grid-row">
        {columns.map((column) => {
          const sorted = sort?.by === column.id;
          const Icon = sorted ? (sort.descending ? ArrowDown : ArrowUp) : ArrowUpDown;
          const direction = sorted ? (sort.descending ? 'descending' : 'ascending') : undefined;
          return (
            <div
              key={column.id}
              role="columnheader"
              aria-sort={column.sortable ? (direction ?? 'none') : undefined}
              className={`grid-cell ${column.end ? 'grid-end' : ''}`}
            >
              {column.sortable && onSort ? (
                <button type="button" className="grid-sort" data-active={sorted || undefined} onClick={() => onSort(column.id)}>
                  {column.header}
                  <Icon className="icon" aria-hidden />
                </button>
              ) : (
                column.header
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

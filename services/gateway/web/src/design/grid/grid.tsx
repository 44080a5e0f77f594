import { type CSSProperties, type KeyboardEvent, type ReactNode, type Ref, useImperativeHandle, useRef } from 'react';
import { NARROW, useMedia, useRowHeight, WIDE } from './environment';
import './grid.css';
import { type Column, GridRow, Head, LoadingRow, type Sort } from './rows';
import { targetOf, useGrid } from './use-grid';

export type { Column, Sort } from './rows';

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

/** A list of any length: only what is near the screen is in the document; one row has the focus. */
export function Grid<Row>(props: Props<Row>) {
  const { rows, rowKey, hasMore = false, loadMore, place, onPlace, onOpen } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const narrow = useMedia(NARROW);
  const wide = useMedia(WIDE);
  const columns = props.columns.filter((column) => wide || !column.wide);
  const rowHeight = useRowHeight();
  const headHeight = narrow ? 0 : rowHeight;
  const view = { scroller, loaded: rows.length, hasMore, loadMore, rowHeight, headHeight, place, onPlace };
  const { items, height, current, setActive, moveTo } = useGrid(view);
  const open = (index: number) => {
    const row = rows[index];
    if (row !== undefined) onOpen?.(row, index);
  };
  useImperativeHandle(props.handle, () => ({
    // The first stroke from outside enters the list where one was; the next ones move.
    move: (delta) => moveTo(scroller.current?.contains(document.activeElement) ? current + delta : current),
    open: () => open(current),
  }));
  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.target as HTMLElement).getAttribute('role') !== 'row') return;
    const pageRows = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2);
    const target = targetOf(event, current, rows.length, pageRows);
    if (target === undefined && event.key !== 'Enter') return;
    event.preventDefault();
    if (target === undefined) open(current);
    else moveTo(target);
  };
  const total = props.total ?? (hasMore ? undefined : rows.length);
  return (
    <div
      className="grid"
      role="grid"
      aria-label={props.label}
      aria-rowcount={total === undefined ? -1 : total + 1}
      aria-colcount={narrow ? 1 : columns.length}
      ref={scroller}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      style={{ '--tracks': columns.map((column) => column.track).join(' ') } as CSSProperties}
    >
      {narrow ? null : <Head columns={columns} sort={props.sort} onSort={props.onSort} />}
      <div className="grid-body" role="rowgroup" style={{ height }}>
        {items.map(({ index, start }) => {
          const row = rows[index];
          const style = { transform: `translateY(${start}px)` };
          if (row === undefined) return <LoadingRow key="loading" index={index} style={style} />;
          return (
            <GridRow
              key={rowKey(row)}
              {...{ row, index, style, columns }}
              active={index === current}
              card={narrow ? props.card : undefined}
              onFocus={() => setActive(index)}
              onOpen={onOpen ? () => open(index) : undefined}
            />
          );
        })}
      </div>
    </div>
  );
}

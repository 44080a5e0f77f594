import { ArrowDown, ArrowUp, ArrowUpDown } from 'lucide-react';
import type { CSSProperties, ReactNode } from 'react';

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

interface RowProps<Row> {
  row: Row;
  index: number;
  active: boolean;
  style: CSSProperties;
  columns: Column<Row>[];
  /** Set on narrow screens: the row in two lines. */
  card: ((row: Row) => ReactNode) | undefined;
  onFocus: () => void;
  onOpen: (() => void) | undefined;
}

export function GridRow<Row>({ row, index, active, style, columns, card, onFocus, onOpen }: RowProps<Row>) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      tabIndex={active ? 0 : -1}
      className={`grid-row ${onOpen ? 'grid-open' : ''}`}
      style={style}
      onFocus={onFocus}
      onClick={(event) => {
        // A link in the row goes its own way, to a new tab for example.
        if ((event.target as HTMLElement).closest('a, button') === null) onOpen?.();
      }}
    >
      {card ? (
        <div role="gridcell" className="grid-card">
          {card(row)}
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
}

export function LoadingRow({ index, style }: { index: number; style: CSSProperties }) {
  return (
    <div role="row" aria-rowindex={index + 2} aria-busy className="grid-row" style={style}>
      <div role="gridcell" className="grid-cell">
        <div className="grid-bone" />
      </div>
    </div>
  );
}

interface HeadProps<Row> {
  columns: Column<Row>[];
  sort: Sort | undefined;
  onSort: ((by: string) => void) | undefined;
}

export function Head<Row>({ columns, sort, onSort }: HeadProps<Row>) {
  return (
    <div className="grid-head" role="rowgroup">
      <div role="row" aria-rowindex={1} className="grid-row">
        {columns.map((column) => (
          <HeadCell key={column.id} column={column} sort={sort?.by === column.id ? sort : undefined} onSort={onSort} />
        ))}
      </div>
    </div>
  );
}

function HeadCell<Row>({ column, sort, onSort }: Omit<HeadProps<Row>, 'columns'> & { column: Column<Row> }) {
  const Icon = sort === undefined ? ArrowUpDown : sort.descending ? ArrowDown : ArrowUp;
  const direction = sort === undefined ? 'none' : sort.descending ? 'descending' : 'ascending';
  return (
    <div
      role="columnheader"
      aria-sort={column.sortable ? direction : undefined}
      className={`grid-cell ${column.end ? 'grid-end' : ''}`}
    >
      {column.sortable && onSort ? (
        <button
          type="button"
          className="grid-sort"
          data-active={sort !== undefined || undefined}
          onClick={() => onSort(column.id)}
        >
          {column.header}
          <Icon className="icon" aria-hidden />
        </button>
      ) : (
        column.header
      )}
    </div>
  );
}

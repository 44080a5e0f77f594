import type { RefObject } from 'react';
import { type Command, useCommands } from '../commands/registry';
import type { GridHandle } from '../design/grid/grid';

/** The keys of every list: `j`, `k`, `Enter`, and `/` for the field that searches it. */
export function useListCommands(grid: RefObject<GridHandle | null>, field?: RefObject<HTMLElement | null>): void {
  const commands: Command[] = [
    { id: 'list.next', label: 'list.next', group: 'list', keys: ['j'], run: () => grid.current?.move(1) },
    { id: 'list.previous', label: 'list.previous', group: 'list', keys: ['k'], run: () => grid.current?.move(-1) },
  ];
  if (field)
    commands.push({ id: 'list.search', label: 'list.search', group: 'list', keys: ['/'], run: () => field.current?.focus() });
  useCommands(commands);
}

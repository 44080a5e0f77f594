/** The list one came from: lets a record offer the previous and the next one. Kept in memory only. */
export interface ListContext {
  ids: string[];
  total: number | undefined;
}

let current: ListContext | undefined;

export function leaveFromList(context: ListContext): void {
  current = context;
}

export function forgetList(): void {
  current = undefined;
}

export interface Neighbours {
  position: number;
  total: number | undefined;
  previous: string | undefined;
  next: string | undefined;
}

export function neighboursOf(id: string): Neighbours | undefined {
  const index = current?.ids.indexOf(id) ?? -1;
  if (!current || index < 0) return undefined;
  return { position: index + 1, total: current.total, previous: current.ids[index - 1], next: current.ids[index + 1] };
}

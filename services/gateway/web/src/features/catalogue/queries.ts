import { queryOptions } from '@tanstack/react-query';
import { call } from '../../api/client';

/** What `/catalog.json` says; made from the protos, so every member is there. */
export interface Field {
  name: string;
  jsonName: string;
  number: number;
  type: string;
  privacy?: string;
  comment: string;
  oneof?: string;
}
export interface Kind {
  type: string;
  subject: string;
  since: string;
  dataClassification: string;
  message: string;
  summary: string;
  example: unknown;
  exampleHex: string;
}
export interface Stream {
  service: string;
  topic: string;
  stateTopic: string;
  message: string;
  schemaHash: string;
  summary: string;
  events: Kind[];
  state: Kind;
}
export interface Catalog {
  streams: Stream[];
  messages: Record<string, { comment: string; fields: Field[] }>;
  enums: Record<string, { name: string; number: number }[]>;
}

export const catalogQuery = queryOptions({
  queryKey: ['catalog'],
  queryFn: ({ signal }) => call<Catalog>('GET', '/catalog.json', { signal }),
  // It changes with a release only.
  staleTime: Number.POSITIVE_INFINITY,
});

/** The messages of ours that a field's type names, however it is wrapped. */
function named(type: string): string | undefined {
  return /vefa\.[\w.]+/.exec(type)?.[0];
}

/** A message and every message below it, each once, in the order one meets them. */
export function reached(catalog: Catalog, root: string): string[] {
  const found: string[] = [];
  const open = [root];
  while (open.length > 0) {
    const name = open.shift();
    if (name === undefined || found.includes(name) || catalog.messages[name] === undefined) continue;
    found.push(name);
    for (const field of catalog.messages[name].fields) {
      const below = named(field.type);
      if (below !== undefined) open.push(below);
    }
  }
  return found;
}

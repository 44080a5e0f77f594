import type { QueryClient, QueryKey } from '@tanstack/react-query';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { live } from '../api/live';
import type { VefaEvent } from '../api/types';

/** How often numbers on screen are read again while events come in. */
const FLUSH_MS = 500;
const SEGMENTS_MS = 5_000;

/** The contact an event is about: its subject, or a field of its payload. */
export function contactOf(event: VefaEvent): string | undefined {
  const subject = /^contacts\/[^/]+/.exec(event.subject ?? '')?.[0];
  if (subject) return subject;
  for (const value of Object.values(event.payload ?? {})) {
    if (typeof value !== 'object' || value === null) continue;
    const { contact, message } = value as { contact?: unknown; message?: { contact?: unknown } };
    if (typeof contact === 'string') return contact;
    if (typeof message?.contact === 'string') return message.contact;
  }
  return undefined;
}

interface Effect {
  /** Numbers that are read again while on screen. */
  refetch: QueryKey[];
  /** Lists that are only marked as old: their rows do not move under the reader. */
  stale: QueryKey[];
}

export function effectOf(event: VefaEvent): Effect {
  const noun = event.type.slice(0, event.type.indexOf('.'));
  const contact = contactOf(event);
  const stale: QueryKey[] = contact ? [['contacts', contact]] : [];
  if (noun === 'message') return { refetch: [['campaigns']], stale: [...stale, ['messages']] };
  if (noun === 'campaign') return { refetch: [['campaigns']], stale };
  if (noun === 'segment') return { refetch: [['segments']], stale };
  if (noun === 'model') return { refetch: [['scoringRuns']], stale: [...stale, ['scores']] };
  if (noun === 'contact') return { refetch: [['segments']], stale: [...stale, ['people']] };
  if (noun === 'score') return { refetch: [['segments']], stale: [...stale, ['scores']] };
  return { refetch: [], stale };
}

/** Keeps what is on screen current by the live stream, in batches. Returns the way to stop. */
export function followEvents(client: QueryClient): () => void {
  const refetch = new Map<string, QueryKey>();
  const stale = new Map<string, QueryKey>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let segmentsRead = 0;
  const flush = () => {
    timer = undefined;
    for (const queryKey of stale.values()) void client.invalidateQueries({ queryKey, refetchType: 'none' });
    stale.clear();
    for (const [text, queryKey] of [...refetch]) {
      // Counting a segment is dearer than reading a campaign, and its size moves slowly.
      if (queryKey[0] === 'segments') {
        if (Date.now() - segmentsRead < SEGMENTS_MS) {
          timer ??= setTimeout(flush, SEGMENTS_MS);
          continue;
        }
        segmentsRead = Date.now();
      }
      refetch.delete(text);
      void client.invalidateQueries({ queryKey });
    }
  };
  const stop = live.onEvent((event, fresh) => {
    if (!fresh) return;
    const effect = effectOf(event);
    for (const key of effect.refetch) refetch.set(JSON.stringify(key), key);
    for (const key of effect.stale) stale.set(JSON.stringify(key), key);
    timer ??= setTimeout(flush, FLUSH_MS);
  });
  live.onGap = () => void client.invalidateQueries();
  return () => {
    stop();
    clearTimeout(timer);
  };
}

export function useLiveState() {
  return useSyncExternalStore(live.onState, () => live.state);
}

/** How many events of interest came since the list was read; the list itself stays as it is. */
export function useLiveCount(interesting: (event: VefaEvent) => boolean): [number, () => void] {
  const [count, setCount] = useState(0);
  const test = useRef(interesting);
  test.current = interesting;
  useEffect(() => live.onEvent((event, fresh) => fresh && test.current(event) && setCount((before) => before + 1)), []);
  return [count, () => setCount(0)];
}

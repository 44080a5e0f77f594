import { newTrace } from './client';
import { ApiError, errorFromResponse, isSignedOut, retryDelay } from './errors';
import { readStream, type StreamMessage } from './sse';
import type { VefaEvent } from './types';

export type LiveState = 'connecting' | 'live' | 'lost';

/** What tabs of one browser tell each other. */
type TabMessage =
  | { kind: 'hello' }
  | { kind: 'state'; state: LiveState; cursor: string; past?: VefaEvent[] }
  | { kind: 'event'; cursor: string; event: VefaEvent; fresh: boolean }
  | { kind: 'gap' }
  | { kind: 'signedOut' };

/** Events kept for the page that shows them; older ones are read from the ledgers, not from here. */
export const MAX_KEPT_EVENTS = 2_000;
/** Events told to a tab that joins late. */
const MAX_TOLD_EVENTS = 200;

/** Thrown out of a stream that is to be opened again from the newest events. */
const FROM_ANEW = new Error('the stream has a gap');

/** Whether the server refused the place to go on from: another one is needed, not another try. */
function isAboutCursor(error: unknown): boolean {
  return error instanceof ApiError && error.reason.startsWith('CURSOR_');
}

/** FNV-1a: names the lock and the channel by session, so two users of one browser never share a stream. */
export function sessionTag(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0');
}

/**
 * The live stream of the browser. The tab that holds the lock reads `GET /v1/events:stream`; the
 * others listen to it on a channel. A tab that closes gives the lock to the next one, which goes on
 * from the last cursor it heard of.
 */
export class LiveHub {
  state: LiveState = 'connecting';
  readonly events: VefaEvent[] = [];
  private cursor = '';
  private channel: BroadcastChannel | undefined;
  private stopper: AbortController | undefined;
  private owner = false;
  private readonly eventListeners = new Set<(event: VefaEvent, fresh: boolean) => void>();
  /** By the server's clock; what was recorded before is history that the stream begins with. */
  private openedAt = 0;
  private readonly stateListeners = new Set<() => void>();
  onGap: () => void = () => {};
  onSignedOut: () => void = () => {};

  start(session: string): void {
    this.stop();
    const stopper = new AbortController();
    this.stopper = stopper;
    const name = `vefa-live-${sessionTag(session)}`;
    this.channel = new BroadcastChannel(name);
    this.channel.onmessage = (message: MessageEvent<TabMessage>) => this.hear(message.data);
    this.tell({ kind: 'hello' });
    // Without locks (a page not served securely) every tab reads for itself.
    if (!navigator.locks) void this.run(stopper.signal);
    else {
      navigator.locks
        .request(name, { signal: stopper.signal }, () => this.run(stopper.signal))
        .catch(() => {
          // Aborted while waiting: another tab owns the stream and this one was closed or signed out.
        });
    }
  }

  /** Ends this tab's part. After a sign-out the other tabs are told as well. */
  stop(signedOut = false): void {
    if (signedOut) this.tell({ kind: 'signedOut' });
    this.stopper?.abort();
    this.channel?.close();
    this.channel = undefined;
    this.owner = false;
    this.events.length = 0;
    this.cursor = '';
    this.setState('connecting');
  }

  /** `fresh` is false for the last events before the stream was opened: they change nothing on screen. */
  onEvent(listener: (event: VefaEvent, fresh: boolean) => void): () => void {
    this.eventListeners.add(listener);
    return () => this.eventListeners.delete(listener);
  }

  onState = (listener: () => void): (() => void) => {
    this.stateListeners.add(listener);
    return () => this.stateListeners.delete(listener);
  };

  private tell(message: TabMessage): void {
    this.channel?.postMessage(message);
  }

  private hear(message: TabMessage): void {
    if (message.kind === 'hello' && this.owner) {
      const { state, cursor } = this;
      this.tell({ kind: 'state', state, cursor, past: this.events.slice(-MAX_TOLD_EVENTS) });
    } else if (message.kind === 'event') {
      this.cursor = message.cursor;
      this.take(message.event, message.fresh);
    } else if (message.kind === 'state') {
      this.cursor = message.cursor;
      // The answer to somebody's hello reaches everyone; only who has nothing yet takes the past.
      if (this.events.length === 0) for (const event of message.past ?? []) this.take(event, false);
      this.setState(message.state);
    } else if (message.kind === 'gap') this.forget();
    else if (message.kind === 'signedOut') this.onSignedOut();
  }

  private setState(state: LiveState): void {
    if (this.state === state) return;
    this.state = state;
    if (this.owner) this.tell({ kind: 'state', state, cursor: this.cursor });
    for (const listener of this.stateListeners) listener();
  }

  private take(event: VefaEvent, fresh: boolean): void {
    this.events.push(event);
    if (this.events.length > MAX_KEPT_EVENTS) this.events.splice(0, this.events.length - MAX_KEPT_EVENTS);
    for (const listener of this.eventListeners) listener(event, fresh);
  }

  /** Events will be missing on screen: it is read again, and the stream begins anew with the newest. */
  private forget(): void {
    this.cursor = '';
    this.events.length = 0;
    this.onGap();
  }

  /** Reads the stream until stopped, trying again with growing pauses when it breaks. */
  private async run(signal: AbortSignal): Promise<void> {
    this.owner = true;
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        await this.readOnce(signal, () => {
          failures = 0;
        });
      } catch (error) {
        if (signal.aborted) return;
        if (isSignedOut(error)) {
          this.onSignedOut();
          return;
        }
        if (error === FROM_ANEW || isAboutCursor(error)) {
          this.tell({ kind: 'gap' });
          this.forget();
          await pause(retryDelay(0, undefined), signal);
          continue;
        }
        this.setState('lost');
        await pause(retryDelay(Math.min(failures, 5), error), signal);
        continue;
      }
      if (signal.aborted) return;
      this.setState('connecting');
      await pause(retryDelay(0, undefined), signal);
    }
  }

  private async readOnce(signal: AbortSignal, opened: () => void): Promise<void> {
    const { traceId, traceparent } = newTrace();
    const headers: Record<string, string> = { Accept: 'text/event-stream', traceparent };
    if (this.cursor !== '') headers['Last-Event-ID'] = this.cursor;
    const response = await fetch('/v1/events:stream', { headers, signal, cache: 'no-store', credentials: 'same-origin' });
    if (!response.ok || !response.body) throw await errorFromResponse(response, traceId);
    opened();
    // From a cursor on, everything is news. The header has whole seconds: one less is always before.
    const now = Date.parse(response.headers.get('Date') ?? '') || Date.now();
    this.openedAt = this.cursor === '' ? now - 1_000 : 0;
    this.setState('live');
    await readStream(
      response.body,
      (message) => this.receive(message),
      (id) => {
        this.cursor = id;
      },
    );
  }

  private receive(message: StreamMessage): void {
    // After a gap the server would go on with the oldest events it still has: days of history, to a screen
    // that shows the present.
    if (message.type === 'gap') throw FROM_ANEW;
    if (message.id !== '') this.cursor = message.id;
    let event: VefaEvent;
    try {
      event = JSON.parse(message.data) as VefaEvent;
    } catch {
      return; // A message that is not an event (a greeting, for example) says nothing to us.
    }
    if (typeof event?.id !== 'string' || typeof event.type !== 'string') return;
    const fresh = this.openedAt === 0 || Date.parse(event.recordTime ?? '') >= this.openedAt;
    this.tell({ kind: 'event', cursor: this.cursor, event, fresh });
    this.take(event, fresh);
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}

export const live = new LiveHub();

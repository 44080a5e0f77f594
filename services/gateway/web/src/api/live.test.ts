import { afterEach, describe, expect, it, vi } from 'vitest';
import { LiveHub, MAX_KEPT_EVENTS, sessionTag } from './live';
import { readStream, type StreamMessage, StreamParser } from './sse';

/** Waits for a condition, at most as long as a busy machine may need. */
const until = (check: () => void) => vi.waitFor(check, { timeout: 15_000 });

function parse(...pieces: string[]): StreamMessage[] {
  const found: StreamMessage[] = [];
  const parser = new StreamParser((message) => found.push(message));
  for (const piece of pieces) parser.push(piece);
  return found;
}

describe('the stream format', () => {
  it('reads id, type and data, whatever way the text is cut', () => {
    const text = ': hi\n\nid: 7\nevent: contact.created\ndata: {"a":1}\n\ndata: x\r\ndata: y\r\n\r\n';
    const whole = parse(text);
    expect(whole).toEqual([
      { id: '7', type: 'contact.created', data: '{"a":1}' },
      { id: '7', type: 'message', data: 'x\ny' },
    ]);
    for (let cut = 1; cut < text.length; cut++) expect(parse(text.slice(0, cut), text.slice(cut))).toEqual(whole);
  });

  it('hears of an id without an event', () => {
    const moved: string[] = [];
    const parser = new StreamParser(
      () => {},
      (id) => moved.push(id),
    );
    parser.push(': heartbeat\n\nid: 8\n\n');
    expect(moved).toEqual(['8']);
  });

  it('ends the connection when what it brings is refused', async () => {
    const cancelled = vi.fn();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('data: x\n\n')),
      cancel: cancelled,
    });
    const refuse = () => {
      throw new Error('no');
    };
    await expect(readStream(body, refuse)).rejects.toThrow('no');
    expect(cancelled).toHaveBeenCalledOnce();
  });

  it('gives up on a line without an end', () => {
    expect(() => parse('data: '.padEnd(1_000_001, 'x'))).toThrow('without an end');
  });

  it('puts letters together that were cut in the middle', async () => {
    const bytes = new TextEncoder().encode('data: Ayşe\n\n');
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const found: string[] = [];
    await readStream(body, (message) => found.push(message.data));
    expect(found).toEqual(['Ayşe']);
  });
});

/** A server whose stream the test writes to. */
function streamServer() {
  const requests: Headers[] = [];
  let write: (text: string) => void = () => {};
  let end: () => void = () => {};
  vi.stubGlobal('fetch', async (_url: string, init: RequestInit) => {
    requests.push(new Headers(init.headers));
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        write = (text) => controller.enqueue(new TextEncoder().encode(text));
        end = () => controller.close();
        init.signal?.addEventListener('abort', () => controller.error(new DOMException('', 'AbortError')));
      },
    });
    return new Response(body, { status: 200 });
  });
  const event = (id: string) => `id: c${id}\nevent: contact.created\ndata: {"id":"${id}","type":"contact.created"}\n\n`;
  return { requests, send: (id: string) => write(event(id)), raw: (text: string) => write(text), end: () => end() };
}

/** The browser's locks, as far as they matter: one holder by name, the next one when it lets go. */
function stubLocks() {
  const queues = new Map<string, Promise<unknown>>();
  const request = (name: string, options: { signal: AbortSignal }, work: () => Promise<void>) => {
    const before = queues.get(name) ?? Promise.resolve();
    const aborted = new Promise<never>((_, reject) =>
      options.signal.addEventListener('abort', () => reject(new Error('aborted'))),
    );
    const mine = Promise.race([before, aborted]).then(work);
    queues.set(
      name,
      before.then(() => mine.catch(() => undefined)),
    );
    return mine;
  };
  vi.stubGlobal('navigator', { ...navigator, locks: { request } });
}

describe('the live stream of a browser', () => {
  const hubs: LiveHub[] = [];
  const tab = () => {
    const hub = new LiveHub();
    hubs.push(hub);
    return hub;
  };
  afterEach(() => {
    for (const hub of hubs.splice(0)) hub.stop();
  });

  it('is read by one tab, told to the others, and handed on with its place', async () => {
    stubLocks();
    const server = streamServer();
    const [first, second] = [tab(), tab()];
    first.start('demo/elif');
    await until(() => expect(first.state).toBe('live'));
    second.start('demo/elif');
    await until(() => expect(second.state).toBe('live'));
    server.send('1');
    await until(() => expect([first.events.length, second.events.length]).toEqual([1, 1]));
    expect(server.requests.length).toBe(1);
    const late = tab();
    const heard: boolean[] = [];
    late.onEvent((_, fresh) => heard.push(fresh));
    late.start('demo/elif');
    await until(() => expect(late.events.map((each) => each.id)).toEqual(['1']));
    expect(heard).toEqual([false]);
    expect(second.events.length).toBe(1);
    late.stop();
    first.stop();
    await until(() => expect(server.requests.length).toBe(2));
    expect(server.requests[1]?.get('Last-Event-ID')).toBe('c1');
    server.send('2');
    await until(() => expect(second.events.map((each) => each.id)).toEqual(['1', '2']));
  });

  it('goes to the sign-in in every tab when one signs out', async () => {
    stubLocks();
    streamServer();
    const [first, second] = [tab(), tab()];
    const told = vi.fn();
    second.onSignedOut = told;
    first.start('demo/elif');
    second.start('demo/elif');
    await until(() => expect(first.state).toBe('live'));
    first.stop(true);
    await until(() => expect(told).toHaveBeenCalledOnce());
  });

  it('tells history from news', async () => {
    stubLocks();
    const server = streamServer();
    const hub = tab();
    const heard: [string, boolean][] = [];
    hub.onEvent((event, fresh) => heard.push([event.id, fresh]));
    hub.start('demo/elif');
    await until(() => expect(hub.state).toBe('live'));
    const data = (id: string, recordTime: string) =>
      `data: {"id":"${id}","type":"order.placed","recordTime":"${recordTime}"}\n\n`;
    server.raw(data('old', '1997-09-30T00:00:00Z') + data('new', new Date().toISOString()));
    await until(() =>
      expect(heard).toEqual([
        ['old', false],
        ['new', true],
      ]),
    );
    expect(hub.events.length).toBe(2);
  });

  it('shrugs at what is no event, and keeps a bounded number', async () => {
    stubLocks();
    const server = streamServer();
    const hub = tab();
    hub.start('demo/elif');
    await until(() => expect(hub.state).toBe('live'));
    server.raw('data: no json\n\ndata: {"x":1}\n\n');
    for (let i = 0; i < MAX_KEPT_EVENTS + 5; i++) server.send(String(i));
    await until(() => expect(hub.events.at(-1)?.id).toBe(String(MAX_KEPT_EVENTS + 4)));
    expect(hub.events.length).toBe(MAX_KEPT_EVENTS);
  });

  it('begins anew with the newest events after a gap, in every tab', async () => {
    stubLocks();
    const server = streamServer();
    const [first, second] = [tab(), tab()];
    const [gap, gapThere] = [vi.fn(), vi.fn()];
    first.onGap = gap;
    second.onGap = gapThere;
    first.start('demo/elif');
    await until(() => expect(first.state).toBe('live'));
    second.start('demo/elif');
    server.send('1');
    await until(() => expect(second.events.length).toBe(1));
    server.raw('id: c9\nevent: gap\ndata: {"reason":"CURSOR_EXPIRED"}\n\n');
    await until(() => expect(server.requests.length).toBe(2));
    expect(server.requests[1]?.get('Last-Event-ID')).toBeNull();
    await until(() => expect(gapThere).toHaveBeenCalledOnce());
    expect(gap).toHaveBeenCalledOnce();
    server.send('2');
    await until(() => expect([first, second].map((hub) => hub.events.map((each) => each.id))).toEqual([['2'], ['2']]));
  });

  it('begins anew when the server does not know its cursor', async () => {
    stubLocks();
    const server = streamServer();
    const hub = tab();
    const gap = vi.fn();
    hub.onGap = gap;
    hub.start('demo/elif');
    await until(() => expect(hub.state).toBe('live'));
    server.send('1');
    await until(() => expect(hub.events.length).toBe(1));
    const refused: (string | null)[] = [];
    const serve = fetch;
    vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
      const cursor = new Headers(init.headers).get('Last-Event-ID');
      if (cursor === null) return serve(url, init);
      refused.push(cursor);
      return new Response('{"code":"INVALID_ARGUMENT","reason":"CURSOR_MALFORMED"}', { status: 400 });
    });
    server.end();
    await until(() => expect(server.requests.length).toBe(2));
    expect(refused).toEqual(['c1']);
    expect(gap).toHaveBeenCalledOnce();
    await until(() => expect(hub.state).toBe('live'));
  });

  it('goes on from an id that came without an event', async () => {
    stubLocks();
    const server = streamServer();
    const hub = tab();
    hub.start('demo/elif');
    await until(() => expect(hub.state).toBe('live'));
    server.send('1');
    server.raw('id: c7\n\n');
    await until(() => expect(hub.events.length).toBe(1));
    server.end();
    await until(() => expect(server.requests.length).toBe(2));
    expect(server.requests[1]?.get('Last-Event-ID')).toBe('c7');
  });

  it('says when the stream is refused because the session ended', async () => {
    stubLocks();
    vi.stubGlobal('fetch', async () => new Response('{"code":"UNAUTHENTICATED","reason":"SESSION_EXPIRED"}', { status: 401 }));
    const hub = tab();
    const told = vi.fn();
    hub.onSignedOut = told;
    hub.start('demo/elif');
    await until(() => expect(told).toHaveBeenCalledOnce());
  });

  it('names its lock by the session', () => {
    expect(sessionTag('demo/elif')).toMatch(/^[0-9a-f]{8}$/);
    expect(sessionTag('demo/elif')).not.toBe(sessionTag('demo/can'));
  });
});

// Server-sent events: from the oldest event, then again from the cursor in the middle, given as Last-Event-ID.
// Usage: node sse.mjs --url URL --credentials FILE --total N --newer ID,ID
import { readFileSync } from 'node:fs';
import { options, Reading, report, signIn } from './reading.mjs';

const DEADLINE_MS = 60_000;
const { url, credentials, total, newer = '' } = options(process.argv.slice(2));
const started = performance.now();
const headers = { Authorization: `Bearer ${await signIn(url, JSON.parse(readFileSync(credentials, 'utf8')))}` };

/** The messages of a stream, as WHATWG says they are to be read; comments and unknown fields are skipped. */
async function* messages(resume) {
  const abort = new AbortController();
  const late = new Error(`no more events within ${DEADLINE_MS} ms`);
  const timer = setTimeout(() => abort.abort(late), DEADLINE_MS);
  const request = { headers: { ...headers, 'Last-Event-ID': resume }, signal: abort.signal };
  const answer = await fetch(`${url}/v1/events:stream`, request);
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const bytes of answer.body) {
      text += decoder.decode(bytes, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop();
      for (const block of blocks) {
        const message = { event: 'message', data: '' };
        for (const line of block.split('\n')) {
          const colon = line.indexOf(':');
          if (colon > 0) message[line.slice(0, colon)] = line.slice(colon + 1).trimStart();
        }
        if (message.data) yield message;
      }
    }
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}

async function read(resume, enough, take) {
  if (enough === 0) return;
  let taken = 0;
  for await (const message of messages(resume)) {
    if (message.event === 'gap') throw new Error(`the stream told of a gap: ${message.data}`);
    const event = JSON.parse(message.data);
    if (event.cursor !== message.id) throw new Error(`id ${message.id} is not the cursor ${event.cursor}`);
    take(event);
    if (++taken === enough) return;
  }
  throw new Error(`the stream ended after ${taken} of ${enough} events`);
}

const whole = new Reading();
const cursors = [];
const found = Object.fromEntries(newer.split(',').filter(Boolean).map((id) => [id, '']));
const take = (event) => {
  cursors.push(event.cursor);
  whole.take({ id: event.id, topic: event.topic, subject: event.subject, version: Number(event.aggregateVersion) });
  if (event.id in found) found[event.id] = JSON.stringify(event.payload);
};
// A stream begins with what comes next; the oldest event and its cursor come by page.
const page = await (await fetch(`${url}/v1/events?pageSize=1`, { headers })).json();
take(page.events[0]);
await read(page.nextCursor, Number(total) - 1, take);
const half = Math.floor(whole.ids.length / 2);
const rest = [];
await read(cursors[half - 1], whole.ids.length - half, (event) => rest.push(event.id));
report('sse', started, whole, rest, half, found);

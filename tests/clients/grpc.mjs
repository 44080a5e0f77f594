// gRPC from the published protos alone: EARLIEST with credit, then CUSTOM from the cursor in the middle.
// Usage: node grpc.mjs --url URL --grpc HOST:PORT --googleapis FOLDER --credentials FILE --total N --newer ID,ID
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load, ROOT } from './modules.mjs';
import { options, Reading, report, signIn } from './reading.mjs';

const DEADLINE_MS = 60_000;
const CREDIT = 500;
const { url, grpc: address, googleapis, credentials, total, newer = '' } = options(process.argv.slice(2));
const started = performance.now();
const grpc = load('@grpc/grpc-js');
const protos = ['vefa/event/v1/event_feed_service.proto', 'vefa/contact/v1/contact_events.proto'];
const definition = load('@grpc/proto-loader').loadSync(protos, {
  includeDirs: [join(ROOT, 'proto'), googleapis],
  arrays: true,
  longs: Number,
  enums: String,
  oneofs: true,
});
const ContactEvent = definition['vefa.contact.v1.ContactEvent'];
const { EventFeed } = grpc.loadPackageDefinition(definition).vefa.event.v1;
const client = new EventFeed(address, grpc.credentials.createInsecure());
const metadata = new grpc.Metadata();
metadata.set('authorization', `Bearer ${await signIn(url, JSON.parse(readFileSync(credentials, 'utf8')))}`);

/** Subscribes, gives as much credit as it uses, and hangs up after `enough` events. */
function read(first, enough, take) {
  return new Promise((resolve, reject) => {
    const stream = client.Subscribe(metadata, { deadline: Date.now() + DEADLINE_MS });
    let taken = 0;
    let asked = Math.min(CREDIT, enough);
    stream.on('data', (response) => {
      for (const event of response.events) {
        if (taken++ < enough) take(event);
      }
      if (taken > enough) return reject(new Error(`${taken} events came, ${enough} were asked for`));
      if (taken === enough) return (stream.cancel(), resolve());
      // New credit before the old is used up, so that the feed never waits for it; in all never more than is wanted.
      const more = Math.min(CREDIT, enough - asked);
      if (more === 0 || asked - taken > CREDIT) return;
      asked += more;
      stream.write({ numRequested: more });
    });
    // After the last event both follow from hanging up, and the promise is kept already.
    stream.on('error', (error) => reject(new Error(`after ${taken} of ${enough}: ${error.message}`)));
    stream.on('end', () => reject(new Error(`ended after ${taken} of ${enough}`)));
    stream.write({ ...first, numRequested: asked });
  });
}

const whole = new Reading();
const cursors = [];
const found = Object.fromEntries(newer.split(',').filter(Boolean).map((id) => [id, '']));
const take = (event) => {
  cursors.push(event.cursor);
  whole.take({ id: event.id, topic: event.topic, subject: event.subject, version: event.aggregateVersion });
  if (event.topic !== 'vefa.contact.v1') return;
  // Today's types read yesterday's and tomorrow's bytes: a kind that is not known is no kind.
  const known = ContactEvent.deserialize(event.payload.value);
  const bytes = event.payload.value.length;
  if (event.id in found) found[event.id] = JSON.stringify({ kind: known.kind ?? '', bytes, known });
};
await read({ replayPreset: 'REPLAY_PRESET_EARLIEST' }, Number(total), take);
const half = Math.floor(whole.ids.length / 2);
const rest = [];
const middle = { replayPreset: 'REPLAY_PRESET_CUSTOM', cursor: cursors[half - 1] };
await read(middle, whole.ids.length - half, (event) => rest.push(event.id));
client.close();
report('grpc', started, whole, rest, half, found);

// Writes what a later release would write into vefa.contact.v1: a kind, fields and an enum value that today's readers
// do not know, under a subject of its own. Usage: node newer.mjs --brokers HOST:PORT. Prints the ids of the events.
import { randomBytes } from 'node:crypto';
import { kafkaOf } from './modules.mjs';
import { options } from './reading.mjs';

const TOPIC = 'vefa.contact.v1';
const DEADLINE_MS = 30_000;

const varint = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >>> 7)]);
const field = (number, bytes) => [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes];
const number = (at, value) => [...varint(at * 8), ...varint(value)];
const text = (at, value) => field(at, [...Buffer.from(value)]);

// `ContactEvent.kind` 90 and what is in it come from the future; so do field 91 and channel 999 of a consent.
const UNKNOWN_KIND = field(90, [...text(1, 'from a later release'), ...number(2, 999)]);
const TERMS = [...text(1, 'later'), ...number(2, 999), ...text(91, 'a field of later')];
const UNKNOWN_ENUM = field(12, [...field(1, TERMS), ...number(91, 1)]);

function uuid7() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Headers of some event that is there: its source, tenant and schema are those of the running stack. */
async function pattern(kafka) {
  const consumer = kafka.consumer({ groupId: `vefa-foreign-${process.pid}-${process.hrtime.bigint()}` });
  await consumer.connect();
  await consumer.subscribe({ topics: [TOPIC], fromBeginning: true });
  const headers = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no record within ${DEADLINE_MS} ms`)), DEADLINE_MS);
    const eachMessage = async ({ message }) => (clearTimeout(timer), resolve(message.headers));
    consumer.run({ autoCommit: false, eachMessage }).catch(reject);
  });
  await consumer.disconnect();
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.toString()]));
}

const kafka = kafkaOf(options(process.argv.slice(2)).brokers);
const model = await pattern(kafka);
const tenant = model.ce_tenantid;
const now = new Date().toISOString();
const later = (type, subject, payload) => {
  const key = `${tenant}/${subject}`;
  const headers = { ...model, ce_id: uuid7(), ce_type: type, ce_subject: subject, ce_aggversion: '1', ce_time: now,
    ce_recordedtime: now, ce_partitionkey: key, ce_dataclassification: 'none', ce_newerattribute: 'unknown today' };
  return { key, value: Buffer.from(payload), headers };
};
const messages = [
  later('contact.summoned', `contacts/${uuid7()}`, UNKNOWN_KIND),
  later('consent.granted', `contacts/${uuid7()}`, UNKNOWN_ENUM),
];
const producer = kafka.producer();
await producer.connect();
await producer.send({ topic: TOPIC, acks: -1, messages });
await producer.disconnect();
const written = messages.map(({ headers: { ce_id: id, ce_type: type, ce_subject: subject }, value }) =>
  ({ id, type, subject, tenant, bytes: value.length }));
console.log(JSON.stringify(written));

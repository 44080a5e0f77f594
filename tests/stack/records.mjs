// Looks for bytes in every record of every topic: key, value, headers. Usage: node records.mjs BROKERS, with
// {"keys": […], "needles": [{"word", "form", "bytes", "cased"}, …]} on standard input. Prints what it found,
// how many records each topic has, and for each topic whether the last record of one of the keys was a tombstone.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decompressFrame } from './lz4.mjs';

const modules = process.env.VEFA_TEST_NODE_MODULES ?? join(import.meta.dirname, '..', 'node_modules');
const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = createRequire(join(modules, 'x.js'))('kafkajs');

CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: () => Promise.reject(new Error('this is a reader')),
  decompress: async (buffer) => decompressFrame(buffer),
});

const DEADLINE_MS = 120_000;
const { keys, needles } = JSON.parse(readFileSync(0, 'utf8'));
// One byte is one character, so that case is folded for ASCII and positions stay.
for (const needle of needles) needle.text = Buffer.from(needle.bytes, 'base64').toString('latin1');

const found = new Map();
const records = {};
const tombstones = {};

function look(topic, message) {
  records[topic] = (records[topic] ?? 0) + 1;
  const key = message.key?.toString() ?? '';
  if (keys.includes(key)) (tombstones[topic] ??= {})[key] = message.value === null;
  for (const bytes of [message.key, message.value, ...Object.values(message.headers ?? {})]) {
    if (!bytes) continue;
    const text = Buffer.from(bytes).toString('latin1');
    const folded = text.toLowerCase();
    for (const { word, form, text: wanted, cased } of needles) {
      if ((cased ? text : folded).includes(wanted)) found.set(`${topic} ${word} ${form}`, [topic, word, form]);
    }
  }
}

const kafka = new Kafka({ clientId: 'vefa-e2e', brokers: process.argv[2].split(','), logLevel: logLevel.ERROR });
const admin = kafka.admin();
await admin.connect();
const topics = (await admin.listTopics()).filter((topic) => !topic.startsWith('__'));
const ends = new Map();
for (const topic of topics) {
  for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
    if (Number(high) > Number(low)) ends.set(`${topic}/${partition}`, Number(high));
  }
}
const groupId = `vefa-e2e-${process.pid}-${process.hrtime.bigint()}`;
const consumer = kafka.consumer({ groupId, sessionTimeout: 10_000, rebalanceTimeout: 10_000 });
await consumer.connect();
await consumer.subscribe({ topics, fromBeginning: true });
await new Promise((resolve, reject) => {
  const late = () => reject(new Error(`not read within ${DEADLINE_MS} ms: ${[...ends.keys()]}`));
  const timer = setTimeout(late, DEADLINE_MS);
  const finish = () => (clearTimeout(timer), resolve());
  if (ends.size === 0) finish();
  // Told of batches without messages too: the marks of a transaction are such.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    const place = `${payload.topic}/${payload.partition}`;
    if (Number(payload.lastOffset) + 1 >= (ends.get(place) ?? Infinity)) ends.delete(place);
    if (ends.size === 0) finish();
  });
  consumer
    .run({
      eachBatch: async ({ batch }) => {
        for (const message of batch.messages) look(batch.topic, message);
      },
    })
    .catch(reject);
});
await consumer.disconnect();
await admin.deleteGroups([groupId]).catch(() => {});
await admin.disconnect();
console.log(JSON.stringify({ found: [...found.values()], records, tombstones }));

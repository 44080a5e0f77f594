// Reads all topics from offset zero with a Kafka client that is not built on librdkafka, and says
// what it saw as one JSON object. Usage: node topics.mjs BROKERS [FORBIDDEN_WORDS.json]
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decompressFrame } from './lz4.mjs';

// Without an environment: the modules beside the tests.
const modules = process.env.VEFA_TEST_NODE_MODULES ?? join(import.meta.dirname, '..', 'node_modules');
const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = createRequire(join(modules, 'x.js'))('kafkajs');

CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: () => Promise.reject(new Error('this is a reader')),
  decompress: async (buffer) => decompressFrame(buffer),
});

const TOPICS = ['vefa.contact.v1', 'vefa.interaction.v1', 'vefa.campaign.v1', 'vefa.notification.v1'];
const HEADERS = {
  ce_specversion: /^1\.0$/,
  ce_id: /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  ce_source: /^\/vefa\/(contact|interaction|campaign|notification)\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  ce_type: /^[a-z]+\.[a-z]+$/,
  ce_subject: /^[a-zA-Z]+\/[0-9a-z-]+(\/[a-z]+)?$/,
  ce_time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
  ce_recordedtime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
  ce_aggversion: /^[1-9]\d*$/,
  ce_tenantid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  ce_dataclassification: /^(none|pseudonymous|personal|special)$/,
  'content-type': /^application\/protobuf$/,
  ce_dataschema: /^https?:\/\/[^ ]+\/schemas\/vefa\.[a-z]+\.v1\.[A-Z][A-Za-z]+Event@[0-9a-f]{64}$/,
};
const PROBLEMS_MAX = 20;
const QUIET_DEADLINE_MS = 60_000;

const [brokers, forbiddenFile] = process.argv.slice(2);
const forbidden = forbiddenFile ? JSON.parse(readFileSync(forbiddenFile, 'utf8')) : [];
const problems = [];
const complain = (text) => {
  if (problems.length < PROBLEMS_MAX) problems.push(text);
};

/** What was seen of each topic: events by id, versions by subject, partition by key. */
const seen = Object.fromEntries(
  TOPICS.map((topic) => [topic, { messages: 0, repeats: 0, ids: new Map(), versions: new Map(), partitions: new Map(), types: {} }]),
);

function check(topic, partition, message) {
  const state = seen[topic];
  const header = (name) => message.headers[name]?.toString() ?? '';
  const place = `${topic}[${partition}]@${message.offset}`;
  state.messages++;
  for (const [name, form] of Object.entries(HEADERS)) {
    if (!form.test(header(name))) complain(`${place}: header ${name} is '${header(name)}'`);
  }
  if (topic !== `vefa.${header('ce_source').split('/')[2]}.v1`) complain(`${place}: source ${header('ce_source')}`);
  const key = message.key.toString();
  const subject = `${header('ce_tenantid')}/${header('ce_subject')}`;
  if (key !== subject) complain(`${place}: key '${key}' is not '${subject}'`);
  if (state.partitions.has(key) && state.partitions.get(key) !== partition) complain(`${place}: ${key} is in two partitions`);
  state.partitions.set(key, partition);
  checkVersion(state, place, subject, header('ce_id'), Number(header('ce_aggversion')));
  state.types[header('ce_type')] = (state.types[header('ce_type')] ?? 0) + 1;
  checkPrivacy(place, message);
}

// At least once: an event may come again, byte for byte the same event. The first occurrences of a
// subject run 1, 2, 3, … without hole or inversion.
function checkVersion(state, place, subject, id, version) {
  const known = state.ids.get(id);
  if (known !== undefined) {
    state.repeats++;
    if (known !== `${subject} ${version}`) complain(`${place}: id ${id} names two events`);
    return;
  }
  state.ids.set(id, `${subject} ${version}`);
  const last = state.versions.get(subject) ?? 0;
  if (version !== last + 1) complain(`${place}: ${subject} goes from version ${last} to ${version}`);
  state.versions.set(subject, Math.max(last, version));
}

// The bytes of a number or of a box may happen to look like `a@b.cd`; every address of the demo has more letters on
// both sides of its '@'.
const ADDRESS = /[\w.+-]{4,}@[\w-]{4,}\.[a-z]{3,}/i;

function checkPrivacy(place, message) {
  const texts = [message.key, message.value, ...Object.values(message.headers)].map((bytes) => bytes?.toString('utf8') ?? '');
  for (const text of texts) {
    if (ADDRESS.test(text)) complain(`${place}: holds an address`);
    for (const word of forbidden) if (text.includes(word)) complain(`${place}: holds '${word}'`);
  }
}

async function readAll() {
  const kafka = new Kafka({ clientId: 'vefa-e2e', brokers: brokers.split(','), logLevel: logLevel.ERROR });
  const admin = kafka.admin();
  await admin.connect();
  const ends = new Map();
  for (const topic of TOPICS) {
    for (const { partition, high } of await admin.fetchTopicOffsets(topic)) {
      if (Number(high) > 0) ends.set(`${topic}/${partition}`, Number(high));
    }
  }
  const groupId = `vefa-e2e-${process.pid}-${process.hrtime.bigint()}`;
  const consumer = kafka.consumer({ groupId, sessionTimeout: 10_000, rebalanceTimeout: 10_000 });
  await consumer.connect();
  await consumer.subscribe({ topics: TOPICS, fromBeginning: true });
  await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not read within ${QUIET_DEADLINE_MS} ms: ${[...ends.keys()]}`)), QUIET_DEADLINE_MS);
    const finish = () => (clearTimeout(timer), resolve());
    if (ends.size === 0) finish();
    consumer
      .run({
        eachBatch: async ({ batch }) => {
          const place = `${batch.topic}/${batch.partition}`;
          for (const message of batch.messages) check(batch.topic, batch.partition, message);
          if (Number(batch.lastOffset()) + 1 >= (ends.get(place) ?? Infinity)) ends.delete(place);
          if (ends.size === 0) finish();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  await admin.deleteGroups([groupId]).catch(() => {});
  await admin.disconnect();
}

await readAll();
const topics = Object.fromEntries(
  Object.entries(seen).map(([topic, state]) => [
    topic,
    { messages: state.messages, distinct: state.ids.size, repeats: state.repeats, subjects: state.versions.size, types: state.types },
  ]),
);
console.log(JSON.stringify({ topics, problems }));
process.exit(problems.length > 0 ? 1 : 0);

// kafkajs: reads all topics from the beginning, leaves in the middle with its offsets committed, comes back to exactly
// the rest. Usage: node kafka.mjs --brokers HOST:PORT --newer ID,ID
import { kafkaOf, TOPICS } from './modules.mjs';
import { options, Reading, report } from './reading.mjs';

const DEADLINE_MS = 60_000;
const { brokers, newer = '' } = options(process.argv.slice(2));
const started = performance.now();
const kafka = kafkaOf(brokers);
const admin = kafka.admin();
await admin.connect();
const ends = new Map();
for (const topic of TOPICS) {
  for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
    if (Number(high) > Number(low)) ends.set(`${topic}/${partition}`, { low: Number(low), high: Number(high) });
  }
}
const total = [...ends.values()].reduce((sum, { low, high }) => sum + high - low, 0);
const groupId = `vefa-foreign-${process.pid}-${process.hrtime.bigint()}`;
const newerIds = newer.split(',').filter(Boolean);

/** Reads until `enough` records came, commits what was taken and leaves the group. */
async function read(enough, take) {
  const consumer = kafka.consumer({ groupId, sessionTimeout: 10_000, rebalanceTimeout: 10_000 });
  await consumer.connect();
  await consumer.subscribe({ topics: TOPICS, fromBeginning: true });
  const positions = new Map();
  let taken = 0;
  await new Promise((resolve, reject) => {
    const late = () => reject(new Error(`${taken} of ${enough} records within ${DEADLINE_MS} ms`));
    const timer = setTimeout(late, DEADLINE_MS);
    const eachMessage = async ({ topic, partition, message }) => {
      if (taken >= enough || Number(message.offset) >= (ends.get(`${topic}/${partition}`)?.high ?? 0)) return;
      take(topic, message);
      positions.set(`${topic}/${partition}`, { topic, partition, offset: String(Number(message.offset) + 1) });
      if (++taken === enough) (clearTimeout(timer), resolve());
    };
    consumer.run({ autoCommit: false, eachMessage }).catch(reject);
  });
  await consumer.commitOffsets([...positions.values()]);
  await consumer.disconnect();
}

const whole = new Reading();
const found = {};
const take = (topic, message) => {
  const header = (name) => message.headers[name]?.toString() ?? '';
  const subject = header('ce_subject');
  const id = header('ce_id');
  const key = `${header('ce_tenantid')}/${subject}`;
  if (message.key.toString() !== key) whole.complain(`key ${message.key} of ${subject}`);
  whole.take({ id, topic, subject, version: Number(header('ce_aggversion')) });
  if (newerIds.includes(id)) found[id] = `${header('ce_type')}, ${message.value.length} bytes`;
};
const half = Math.floor(total / 2);
await read(half, take);
const before = whole.ids.length;
await read(total - half, take);
await admin.deleteGroups([groupId]).catch(() => {});
await admin.disconnect();
// Had an event been lost by coming back, versions would have a hole; had one come twice, its id would be known.
if (whole.ids.length !== total) whole.complain(`${whole.ids.length} events of ${total} records`);
for (const id of newerIds) found[id] ??= '';
report('kafkajs', started, whole, whole.ids.slice(before), before, found);

// What a foreign producer and an unlucky operator can do to topics. Usage: node topics.mjs BROKERS inject|delete, with
// [{topic, key, value, headers}] (value in base64 or null) or [topic, …] on standard input.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const modules = process.env.VEFA_TEST_NODE_MODULES ?? join(import.meta.dirname, '..', '..', 'node_modules');
const { Kafka, Partitioners, logLevel } = createRequire(join(modules, 'x.js'))('kafkajs');

const [brokers, verb] = process.argv.slice(2);
const given = JSON.parse(readFileSync(0, 'utf8'));
const kafka = new Kafka({ clientId: 'stranger', brokers: brokers.split(','), logLevel: logLevel.ERROR });

async function inject() {
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false });
  await producer.connect();
  for (const { topic, key, value, headers } of given) {
    await producer.send({
      topic,
      acks: -1,
      messages: [{ key, value: value === null ? null : Buffer.from(value, 'base64'), headers }],
    });
  }
  await producer.disconnect();
}

async function remove() {
  const admin = kafka.admin();
  await admin.connect();
  await admin.deleteTopics({ topics: given, timeout: 30_000 });
  await admin.disconnect();
}

await (verb === 'inject' ? inject() : remove());

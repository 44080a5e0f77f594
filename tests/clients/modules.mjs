// The npm packages beside the tests, wherever the tests run from.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { decompressFrame } from '../stack/lz4.mjs';

export const ROOT = join(import.meta.dirname, '..', '..');
const modules = process.env.VEFA_TEST_NODE_MODULES ?? join(ROOT, 'tests', 'node_modules');
export const load = createRequire(join(modules, 'x.js'));

/** kafkajs with the codec of our topics' batches. */
export function kafkaOf(brokers) {
  const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = load('kafkajs');
  CompressionCodecs[CompressionTypes.LZ4] = () => ({
    compress: () => Promise.reject(new Error('only for reading')),
    decompress: async (buffer) => decompressFrame(buffer),
  });
  return new Kafka({ clientId: 'vefa-foreign', brokers: brokers.split(','), logLevel: logLevel.ERROR });
}

export const TOPICS = ['vefa.contact.v1', 'vefa.interaction.v1', 'vefa.campaign.v1', 'vefa.notification.v1'];

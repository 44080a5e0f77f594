// The browser trial against the stub gateway: `npm run e2e:stub [folder for the screenshots]`.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { audience, messages, PEOPLE, progressOf, run } from '../stub/data.mjs';
import { CREDENTIALS, startStub } from '../stub/server.mjs';
import { checkConsole } from './console.mjs';

const outDir = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'vefa-console-'));
const server = await startStub();
const progress = progressOf(messages);
const number = (text) => Number(text);
const expected = {
  contacts: PEOPLE,
  scored: run.scored,
  holdout: { predicted: run.holdout.predicted, actual: number(run.holdout.actual) },
  segment: { size: audience.length },
  messages: {
    delivered: number(progress.delivered),
    bounced: number(progress.bounced),
    refused: Object.fromEntries(Object.entries(progress.refused).map(([reason, count]) => [reason, number(count)])),
  },
};
try {
  const started = Date.now();
  const { pages } = await checkConsole({
    baseUrl: `http://127.0.0.1:${server.address().port}`,
    credentials: CREDENTIALS,
    outDir,
    log: console.log,
    languages: process.env.LANGUAGES?.split(','),
  });
  console.log(`${pages} screenshots in ${outDir}, ${((Date.now() - started) / 1000).toFixed(0)} s`, expected.messages);
} finally {
  server.closeAllConnections();
  server.close();
}

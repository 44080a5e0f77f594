// The browser trial against the stub gateway: `npm run e2e:stub [folder for the screenshots]`.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { audience, messages, PEOPLE, progressOf, run } from '../stub/data.mjs';
import { CREDENTIALS, open, startStub } from '../stub/server.mjs';
import { launch } from './browser.mjs';
import { checkConsole } from './console.mjs';
import { signIn } from './pages.mjs';
import { checkTabs } from './tabs.mjs';

const outDir = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'vefa-console-'));
const server = await startStub();
const progress = progressOf(messages);
const number = (text) => Number(text);
const expected = {
  campaigns: 2,
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
const baseUrl = `http://127.0.0.1:${server.address().port}`;

async function until(condition, what) {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(what);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Eight tabs share one stream; only the stub can count the streams. */
async function tabs() {
  const problems = [];
  const { chromium } = await import('playwright-core');
  const browser = await launch(chromium);
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page, baseUrl, CREDENTIALS);
  const storageState = await context.storageState();
  await context.close();
  await until(() => open.streams === 0, 'the stream of a closed browser stayed open').catch((error) =>
    problems.push(error.message),
  );
  await checkTabs(browser, { baseUrl, storageState, streams: () => open.streams, until, problems });
  await browser.close();
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

try {
  await tabs();
  const started = Date.now();
  const { pages } = await checkConsole({
    baseUrl,
    credentials: CREDENTIALS,
    outDir,
    expected,
    log: console.log,
    languages: process.env.LANGUAGES?.split(','),
  });
  console.log(`${pages} screenshots in ${outDir}, ${((Date.now() - started) / 1000).toFixed(0)} s`);
} finally {
  server.closeAllConnections();
  server.close();
}

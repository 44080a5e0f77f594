// Runs the console's own check in a real browser. Usage: node console.mjs STATE_FOLDER OUT_FOLDER
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkConsole } from '../../services/gateway/web/e2e/console.mjs';

const modules = process.env.VEFA_TEST_NODE_MODULES ?? join(import.meta.dirname, '..', 'node_modules');
const { chromium } = createRequire(join(modules, 'x.js'))('playwright-core');

const [state, outDir] = process.argv.slice(2);
const read = (name) => JSON.parse(readFileSync(join(state, name), 'utf8'));
const { url, tenant, email, password } = read('credentials.json');
const seen = await checkConsole({
  baseUrl: url,
  credentials: { tenant, email, password },
  outDir,
  expected: read('summary.json'),
  chromium,
  executablePath: '/usr/bin/chromium',
  log: (line) => console.log(line),
});
console.log(`${seen.pages} pages looked at, screenshots in ${outDir}`);

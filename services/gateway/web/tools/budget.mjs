// Weighs what a browser loads for each route, by Vite's manifest, and fails when it is too much.
// Counted is gzip: HTML, CSS, the entry, the route's chunks and one language.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const LIMITS_KB = { shell: 150, route: 200, lazy: 60 };
const ROUTES = {
  '/sign-in': 'src/features/sign-in/sign-in.tsx',
  '/': 'src/features/overview/overview.tsx',
  '/people': 'src/features/people/list.tsx',
  '/people/$id': 'src/features/people/person.tsx',
  '/campaigns': 'src/features/campaigns/list.tsx',
  '/campaigns/$id': 'src/features/campaigns/campaign.tsx',
  '/campaigns/$id/recipients': 'src/features/campaigns/recipients.tsx',
  '/events': 'src/features/events/events.tsx',
  '/events/catalogue': 'src/features/catalogue/catalogue.tsx',
  '/system': 'src/features/system/system.tsx',
};
const LAZY = ['src/app/account-menu.tsx', 'src/commands/palette.tsx', 'src/commands/help.tsx', 'src/features/events/detail.tsx'];
/** Parts of React Aria's texts in languages we do not speak; one of them here means the language filter broke. */
const FOREIGN = ['Rensa', 'Suggestions disponibles', 'Verfügbare'];

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));
const problems = [];

function gzip(file) {
  const ready = join(dist, `${file}.gz`);
  return existsSync(ready) ? statSync(ready).size : gzipSync(readFileSync(join(dist, file))).length;
}
function brotli(file) {
  const ready = join(dist, `${file}.br`);
  return existsSync(ready) ? statSync(ready).size : gzip(file);
}

/** Every file that loading these entries brings, by static imports and their styles. */
function closure(keys, seen = new Set()) {
  for (const key of keys) {
    const chunk = manifest[key];
    if (!chunk) throw new Error(`${key} is not in the manifest`);
    if (seen.has(chunk.file)) continue;
    seen.add(chunk.file);
    for (const style of chunk.css ?? []) seen.add(style);
    closure(chunk.imports ?? [], seen);
  }
  return seen;
}

const language = Object.keys(manifest).find((key) => key.includes('virtual:messages/tr'));
const boot = readdirSync(join(dist, 'assets')).find((name) => /^boot-.*\.js$/.test(name));
const base = new Set(['index.html', `assets/${boot}`, ...closure(['index.html', language])]);
const sum = (set, weigh) => [...set].reduce((total, file) => total + weigh(file), 0) / 1000;
const rows = [];

function check(name, set, limit) {
  const size = sum(set, gzip);
  rows.push([name, set.size, size.toFixed(1), sum(set, brotli).toFixed(1), limit]);
  if (size > limit) problems.push(`${name}: ${size.toFixed(1)} kB gzip, at most ${limit}`);
}

check('shell', base, LIMITS_KB.shell);
for (const [route, entry] of Object.entries(ROUTES)) check(route, new Set([...base, ...closure([entry])]), LIMITS_KB.route);
for (const entry of LAZY) {
  const extra = [...closure([entry])].filter((file) => !base.has(file));
  for (const file of extra)
    if (gzip(file) / 1000 > LIMITS_KB.lazy) problems.push(`${file} of ${entry} is above ${LIMITS_KB.lazy} kB`);
  check(entry.replace('src/', ''), new Set(extra), 2 * LIMITS_KB.lazy);
}
for (const name of readdirSync(join(dist, 'assets')).filter((each) => each.endsWith('.js'))) {
  const text = readFileSync(join(dist, 'assets', name), 'utf8');
  for (const word of FOREIGN) if (text.includes(word)) problems.push(`${name} carries texts of other languages ("${word}")`);
}

console.log(['loaded', 'files', 'gzip kB', 'brotli kB', 'limit'].join('\t'));
for (const row of rows) console.log(row.join('\t'));
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}

// Last step of the build: puts the content security policy and the compressed forms of every file
// into dist/, so that the gateway only hands out what is there.
import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const COMPRESSED = /\.(html|js|css|svg|json)$/;
/** Below this a compressed form saves nothing worth a file. */
const MIN_BYTES = 256;

cpSync(join(root, 'csp.txt'), join(dist, 'csp.txt'));
for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
  const path = join(dist, name);
  if (!COMPRESSED.test(name) || name.startsWith('.vite') || !statSync(path).isFile()) continue;
  const content = readFileSync(path);
  if (content.length < MIN_BYTES) continue;
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
}

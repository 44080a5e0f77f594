import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const source = join(root, 'src');
const MAX_LINES = 400;

function files(folder: string, pattern: RegExp): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name))
    .map((name) => join(folder, name));
}
const code = files(source, /\.tsx?$/).filter((file) => !/\.test\.tsx?$|[\\/]testing[\\/]/.test(file));
const imports = (file: string) =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import) ?\(?'([^']+)'/g)].map((match) => match[1] ?? '');
const feature = (path: string) => /^features\/([^/]+)/.exec(relative(source, path).replaceAll('\\', '/'))?.[1];

describe('the order of the house', () => {
  it('lets no feature use another one', () => {
    for (const file of code.filter(feature)) {
      for (const target of imports(file).filter((each) => each.startsWith('.'))) {
        const other = feature(resolve(dirname(file), target));
        expect(other === undefined || other === feature(file), `${relative(root, file)} imports ${target}`).toBe(true);
      }
    }
  });
  it('keeps React Aria in design/primitives and the router in app', () => {
    for (const file of code) {
      const place = relative(source, file).replaceAll('\\', '/');
      if (!place.startsWith('design/primitives/')) expect(imports(file), place).not.toContain('react-aria-components');
      if (!place.startsWith('app/') && place !== 'main.tsx') expect(imports(file), place).not.toContain('@tanstack/react-router');
    }
  });
  it('names colours in the token file only', () => {
    for (const file of files(source, /\.css$/).filter((each) => !each.endsWith('tokens.css'))) {
      expect(readFileSync(file, 'utf8'), file).not.toMatch(/#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(/i);
    }
  });
  it('changes the case of no text by style', () => {
    for (const file of files(source, /\.css$/)) expect(readFileSync(file, 'utf8'), file).not.toContain('text-transform');
    for (const file of code) expect(readFileSync(file, 'utf8'), file).not.toMatch(/\.to(Upper|Lower)Case\(\)/);
  });
  it('keeps files short', () => {
    for (const file of [
      ...code,
      ...files(source, /\.css$/),
      ...files(join(root, 'stub'), /\.mjs$/),
      ...files(join(root, 'e2e'), /\.mjs$/),
    ]) {
      expect(readFileSync(file, 'utf8').split('\n').length, file).toBeLessThanOrEqual(MAX_LINES);
    }
  });
});

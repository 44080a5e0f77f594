import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The tokens as `name → [light, dark]`. */
function tokens(): Map<string, [string, string]> {
  const css = readFileSync(join(import.meta.dirname, '../src/design/tokens.css'), 'utf8');
  const found = new Map<string, [string, string]>();
  for (const [, name = '', light = '', dark = ''] of css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)) {
    found.set(name, [light, dark]);
  }
  return found;
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const GROUNDS = ['canvas', 'surface', 'raised', 'hover', 'selected'];
const TINTED = ['good', 'warning', 'bad', 'info', 'neutral'];
/** What is drawn, on what, and how much contrast WCAG asks for it. */
const PAIRS: [string, string[], number][] = [
  ...['text', 'muted', 'link'].map((name): [string, string[], number] => [name, GROUNDS, 4.5]),
  ['on-accent', ['accent', 'accent-hover'], 4.5],
  ...['focus', 'control'].map((name): [string, string[], number] => [name, GROUNDS, 3]),
  ...[1, 2, 3, 4, 5, 6].map((n): [string, string[], number] => [`series-${n}`, ['surface'], 4.5]),
  ...TINTED.map((name): [string, string[], number] => [name, [`${name}-tint`, 'surface'], 4.5]),
];

describe('contrast of the tokens', () => {
  const all = tokens();
  it('has the tokens it is about', () => {
    expect(all.size).toBeGreaterThan(25);
  });
  it.each(PAIRS)('%s on %s is at least %s', (name, grounds, least) => {
    for (const ground of grounds) {
      const [one, other] = [all.get(name), all.get(ground)];
      if (!one || !other) throw new Error(`no token ${name} or ${ground}`);
      expect(contrast(one[0], other[0]), `${name} on ${ground}, light`).toBeGreaterThanOrEqual(least);
      expect(contrast(one[1], other[1]), `${name} on ${ground}, dark`).toBeGreaterThanOrEqual(least);
    }
  });
});

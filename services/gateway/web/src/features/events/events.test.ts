import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countAfter, EVENT_TYPES, passes } from './store';

const event = (id: string, type = 'message.delivered', subject = 'messages/1') => ({ id, type, subject });

describe('the filter of events', () => {
  it('knows a type, a noun and a subject', () => {
    expect(passes(event('1'), {})).toBe(true);
    expect(passes(event('1'), { type: 'message.*' })).toBe(true);
    expect(passes(event('1'), { type: 'message.bounced' })).toBe(false);
    expect(passes(event('1', 'messages.x'), { type: 'message.*' })).toBe(false);
    expect(passes(event('1'), { subject: 'messages/' })).toBe(true);
    expect(passes(event('1'), { subject: 'contacts/' })).toBe(false);
  });
  it('counts what came after the last one shown', () => {
    const all = [event('1'), event('2'), event('3', 'contact.created'), event('4')];
    expect(countAfter(all, all[0], {})).toBe(3);
    expect(countAfter(all, all[0], { type: 'message.*' })).toBe(2);
    expect(countAfter(all, undefined, {})).toBe(4);
  });
});

describe('the list of types', () => {
  it('is that of the protos', () => {
    const protos = resolve(import.meta.dirname, '../../../../../../proto/vefa');
    const declared = readdirSync(protos, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('_events.proto'))
      .flatMap((name) =>
        [...readFileSync(join(protos, name), 'utf8').matchAll(/\/\/ Type `([a-z_.]+)`/g)].map((match) => match[1]),
      );
    expect(declared.length).toBeGreaterThan(0);
    expect([...EVENT_TYPES].sort()).toEqual(declared.sort());
  });
});

import { afterEach, describe, expect, it, vi } from 'vitest';
import { KeyMatcher, listenToKeys, strokeOf } from './keys';
import { matching } from './palette';
import { type Command, register } from './registry';

const command = (id: string, keys: string[], run = () => {}): Command => ({ id, label: 'list.next', group: 'go', keys, run });

describe('keys', () => {
  let undo: (() => void)[] = [];
  afterEach(() => {
    for (const each of undo) each();
    undo = [];
    document.body.innerHTML = '';
  });
  const press = (key: string, more: KeyboardEventInit = {}, target: EventTarget = document.body) =>
    target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));

  it('names strokes', () => {
    expect(strokeOf({ key: 'K', ctrlKey: true, metaKey: false, altKey: false })).toBe('Ctrl+k');
    expect(strokeOf({ key: 'k', ctrlKey: false, metaKey: true, altKey: false })).toBe('Ctrl+k');
    expect(strokeOf({ key: '?', ctrlKey: false, metaKey: false, altKey: false })).toBe('?');
  });

  it('matches sequences, forgets them, and starts anew', () => {
    const list = [command('people', ['g', 'p']), command('table', ['t'])];
    const matcher = new KeyMatcher(() => list);
    expect(matcher.press('g')).toBe('waiting');
    expect(matcher.press('p')).toBe(list[0]);
    matcher.press('g');
    expect(matcher.press('t')).toBe(list[1]);
    matcher.press('g');
    expect(matcher.press('p', Date.now() + 5_000)).toBeUndefined();
  });

  it('leaves letters to fields and dialogs, and can be switched off', () => {
    const run = vi.fn();
    const search = vi.fn();
    let on = true;
    undo = [register([command('table', ['t'], run), command('palette', ['Ctrl+k'], search)]), listenToKeys(() => on)];
    press('t');
    expect(run).toHaveBeenCalledTimes(1);
    const field = document.body.appendChild(document.createElement('input'));
    press('t', {}, field);
    press('k', { ctrlKey: true }, field);
    expect([run.mock.calls.length, search.mock.calls.length]).toEqual([1, 1]);
    on = false;
    press('t');
    press('k', { ctrlKey: true });
    expect([run.mock.calls.length, search.mock.calls.length]).toEqual([1, 2]);
    on = true;
    document.body.appendChild(document.createElement('div')).setAttribute('role', 'dialog');
    press('t');
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('finds commands by the beginning of a word, the Turkish way', () => {
    const names: Record<string, string> = { a: 'Kişilere git', b: 'Işıkları aç', c: 'İzinlere git' };
    const list = Object.keys(names).map((id) => command(id, []));
    const find = (text: string) => matching(list, text, (each) => names[each.id] ?? '', 'tr-TR').map((each) => each.id);
    expect(find('ışık')).toEqual(['b']);
    expect(find('izin')).toEqual(['c']);
    expect(find('git')).toEqual(['a', 'c']);
    expect(find('ışıl')).toEqual([]);
  });
});

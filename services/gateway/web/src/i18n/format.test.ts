import { describe, expect, it } from 'vitest';
import { formatFor, isWholeDay, NOTHING, toCount } from './format';

const en = formatFor('en');
const tr = formatFor('tr');

describe('formats', () => {
  it('writes numbers as each language does', () => {
    expect(tr.count('1234567')).toBe('1.234.567');
    expect(en.count('1234567')).toBe('1,234,567');
    expect(tr.number(1653.44, 1)).toBe('1.653,4');
    expect(tr.percent(0.423, 1)).toBe('%42,3');
    expect(en.percent(0.423, 1)).toBe('42.3%');
  });

  it('keeps counts beyond 2^53 and money exact', () => {
    expect(en.count('9007199254740993')).toBe('9,007,199,254,740,993');
    expect(en.money('12345678901234567.89', 'USD')).toBe('$12,345,678,901,234,567.89');
  });

  it('knows the digits of a currency', () => {
    expect(tr.money(1234.5, 'TRY')).toBe('₺1.234,50');
    expect(en.money(1234.5, 'JPY')).toBe('¥1,235');
    expect(en.money(12.5, '')).toBe('12.50');
  });

  it('shows a dash where there is nothing', () => {
    for (const text of [
      en.count(undefined),
      en.count(''),
      en.percent(Number.NaN),
      en.money('x', 'USD'),
      en.date('nonsense'),
      en.day({}),
    ]) {
      expect(text).toBe(NOTHING);
    }
  });

  it('shows a day without a time as that day, wherever the reader is', () => {
    expect(isWholeDay('1997-01-31T00:00:00Z')).toBe(true);
    expect(isWholeDay('1997-01-31T00:00:01Z')).toBe(false);
    expect(tr.dateTime('1997-01-31T00:00:00Z')).toBe('31 Ocak 1997');
    expect(tr.month('1997-02-01T00:00:00Z')).toBe('Şubat 1997');
    expect(en.day({ year: 1997, month: 9, day: 30 })).toBe('30 September 1997');
  });

  it('says how long ago in words', () => {
    const now = Date.parse('2026-09-05T12:00:00Z');
    expect(tr.relative('2026-09-04T11:00:00Z', now)).toBe('dün');
    expect(en.relative('2026-09-05T11:57:00Z', now)).toBe('3 minutes ago');
  });

  it('reads counts of the API', () => {
    expect([toCount('393'), toCount(undefined), toCount('x')]).toEqual([393, 0, 0]);
  });
});

import type { CalendarDate } from '../api/types';

/** The locale whose conventions a language of ours follows. */
const LOCALES = { en: 'en-GB', tr: 'tr-TR' } as const;

/** What stands where there is no value. */
export const NOTHING = '–';

type Count = number | bigint | string;

export interface Format {
  locale: string;
  /** A whole number; a decimal string of the API is formatted as it is, without passing a float. */
  count(value: Count | undefined): string;
  /** A number with so many digits after the point, trailing zeros kept when `fixed`. */
  number(value: number | undefined, digits: number, fixed?: boolean): string;
  percent(value: number | undefined, digits?: number): string;
  money(value: number | string | undefined, currency: string | undefined): string;
  date(value: string | Date | undefined): string;
  time(value: string | undefined): string;
  dateTime(value: string | undefined): string;
  /** To the millisecond, for events. */
  clock(value: string | undefined): string;
  day(value: CalendarDate | undefined): string;
  month(value: string | undefined): string;
  relative(value: string | undefined, now?: number): string;
  language(code: string | undefined): string;
  list(items: string[]): string;
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600_000],
  ['month', 2_629_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

function valid(value: string | Date | undefined): Date | undefined {
  if (value === undefined || value === '') return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** A moment at midnight UTC is a day without a time: it is shown as that day in every zone. */
export function isWholeDay(value: string | Date | undefined): boolean {
  const date = valid(value);
  return date !== undefined && date.getTime() % 86_400_000 === 0;
}

function build(locale: string): Format {
  const numbers = new Map<string, Intl.NumberFormat>();
  const numberFormat = (options: Intl.NumberFormatOptions) => {
    const key = JSON.stringify(options);
    let format = numbers.get(key);
    if (!format) {
      format = new Intl.NumberFormat(locale, options);
      numbers.set(key, format);
    }
    return format;
  };
  const dateFormat = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric' });
  const dayFormat = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
  const monthFormat = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric' });
  const wholeMonthFormat = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' });
  const timeFormat = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
  const clockFormat = new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
  });
  const relativeFormat = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const languageNames = new Intl.DisplayNames(locale, { type: 'language' });
  const lists = new Intl.ListFormat(locale, { type: 'conjunction' });
  const show = (format: Intl.DateTimeFormat, value: string | Date | undefined) => {
    const date = valid(value);
    return date ? format.format(date) : NOTHING;
  };
  return {
    locale,
    count: (value) => (value === undefined || value === '' ? NOTHING : numberFormat({}).format(value as never)),
    number: (value, digits, fixed = false) =>
      value === undefined || !Number.isFinite(value)
        ? NOTHING
        : numberFormat({ maximumFractionDigits: digits, minimumFractionDigits: fixed ? digits : 0 }).format(value),
    percent: (value, digits = 0) =>
      value === undefined || !Number.isFinite(value)
        ? NOTHING
        : numberFormat({ style: 'percent', maximumFractionDigits: digits, minimumFractionDigits: digits }).format(value),
    money: (value, currency) => {
      if (value === undefined || value === '' || Number.isNaN(Number(value))) return NOTHING;
      // The number of digits is the currency's own; not every currency has hundredths.
      const options: Intl.NumberFormatOptions = currency
        ? { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }
        : { minimumFractionDigits: 2, maximumFractionDigits: 2 };
      return numberFormat(options).format(value as never);
    },
    date: (value) => show(isWholeDay(value) ? dayFormat : dateFormat, value),
    time: (value) => show(timeFormat, value),
    dateTime: (value) => {
      if (!valid(value)) return NOTHING;
      return isWholeDay(value) ? show(dayFormat, value) : `${show(dateFormat, value)} ${show(timeFormat, value)}`;
    },
    clock: (value) => show(clockFormat, value),
    day: (value) => (value?.year ? dayFormat.format(Date.UTC(value.year, (value.month ?? 1) - 1, value.day ?? 1)) : NOTHING),
    month: (value) => show(isWholeDay(value) ? wholeMonthFormat : monthFormat, value),
    relative: (value, now = Date.now()) => {
      const date = valid(value);
      if (!date) return NOTHING;
      const difference = date.getTime() - now;
      for (const [unit, size] of UNITS) {
        if (Math.abs(difference) >= size) return relativeFormat.format(Math.round(difference / size), unit);
      }
      return relativeFormat.format(0, 'second');
    },
    language: (code) => (code ? (languageNames.of(code) ?? code) : NOTHING),
    list: (items) => lists.format(items),
  };
}

const cache = new Map<string, Format>();

/** The formats of a language, built once. */
export function formatFor(language: 'en' | 'tr'): Format {
  let format = cache.get(language);
  if (!format) {
    format = build(LOCALES[language]);
    cache.set(language, format);
  }
  return format;
}

/** A count of the API as a number to reckon with; counts stay far below 2^53, ids and money never come here. */
export function toCount(value: string | number | undefined): number {
  const number = Number(value ?? 0);
  return Number.isFinite(number) ? number : 0;
}

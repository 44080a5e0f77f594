/** Search parameters of the pages, read from the URL. What is not understood is left out and named in `notice`. */
export interface Noticed {
  notice?: string;
}
export interface SignInSearch {
  back?: string;
}
export interface PeopleSearch extends Noticed {
  sort?: string;
}
export interface RecipientsSearch extends Noticed {
  state?: string;
  reason?: string;
}
export interface EventsSearch extends Noticed {
  type?: string;
  subject?: string;
}

type Raw = Record<string, unknown>;

export const CONTACT_SORTS = ['create_time', 'display_name', 'external_id'] as const;
const SORT = new RegExp(`^(${CONTACT_SORTS.join('|')})( desc)?$`);
const MESSAGE_STATE = /^(REFUSED|ACCEPTED|DELIVERED|BOUNCED|FAILED|UNKNOWN)$/;
const REASON = /^[A-Z][A-Z0-9_]{0,62}$/;
const EVENT_TYPE = /^[a-z_]+(\.([a-z_]+|\*))?$/;
const SUBJECT = /^[A-Za-z0-9/_-]{1,200}$/;

/** Keeps each parameter that matches its pattern; one that does not is named, for a visible notice. */
function read<K extends string>(raw: Raw, patterns: Record<K, RegExp>): Partial<Record<K, string>> & Noticed {
  const result: Partial<Record<string, string>> = {};
  const broken: string[] = [];
  for (const [key, pattern] of Object.entries<RegExp>(patterns)) {
    const value = raw[key];
    if (value === undefined || value === '') continue;
    if (typeof value === 'string' && pattern.test(value)) result[key] = value;
    else broken.push(key);
  }
  if (broken.length > 0) result.notice = broken.join(' ');
  else if (typeof raw.notice === 'string' && /^[a-z ]{1,60}$/.test(raw.notice)) result.notice = raw.notice;
  return result as Partial<Record<K, string>> & Noticed;
}

export const readPeople = (raw: Raw): PeopleSearch => read(raw, { sort: SORT });
export const readRecipients = (raw: Raw): RecipientsSearch => read(raw, { state: MESSAGE_STATE, reason: REASON });
export const readEvents = (raw: Raw): EventsSearch => read(raw, { type: EVENT_TYPE, subject: SUBJECT });
export const readSignIn = (raw: Raw): SignInSearch => (typeof raw.back === 'string' ? { back: raw.back } : {});

/** Plain `key=value` pairs: every value is text, nothing is read as JSON. */
export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(search: Record<string, unknown>): string {
  const pairs = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    if (typeof value === 'string' && value !== '') pairs.set(key, value);
  }
  const text = pairs.toString();
  return text === '' ? '' : `?${text}`;
}

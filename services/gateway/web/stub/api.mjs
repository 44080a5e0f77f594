// The answers of the stub gateway: the same routes and shapes as the real one, from stub/data.mjs.
import { catalog } from './catalog.mjs';
import { audience, consents, contacts, iso, messages, orders, PEOPLE, progressOf, run, SENT, scores, uuid } from './data.mjs';

export class Refusal extends Error {
  constructor(status, code, reason, message, violations = []) {
    super(message);
    Object.assign(this, { status, code, reason, violations });
  }
}

const byName = new Map(contacts.map((contact) => [contact.name, contact]));
const fold = (text) => text.toLocaleLowerCase('tr').replaceAll('ı', 'i');

/** Keyset pages are numbers here; the console never looks inside a token. */
function page(list, size, token, key) {
  const from = token ? Number(token) : 0;
  if (!Number.isInteger(from))
    throw new Refusal(400, 'INVALID_ARGUMENT', 'PAGE_TOKEN_INVALID', 'The page token is not one of ours.');
  const upTo = from + Number(size || 50);
  return { [key]: list.slice(from, upTo), nextPageToken: upTo < list.length ? String(upTo) : '' };
}

/** The last list asked for, sorted once for all of its pages. */
let sorted = { key: '', list: [] };

function sortedContacts(query, orderBy) {
  const [field, direction] = orderBy.split(' ');
  const by = { create_time: 'createTime', display_name: 'displayName', external_id: 'externalId' }[field];
  if (!by) throw new Refusal(400, 'INVALID_ARGUMENT', 'ORDER_BY_UNKNOWN', 'Order by create_time, display_name or external_id.');
  const key = `${orderBy}/${query}`;
  if (sorted.key === key) return sorted.list;
  const wanted = fold(query)
    .split(/[\s@]+/)
    .filter(Boolean);
  const wordsOf = (each) => fold(`${each.displayName} ${each.email} ${each.externalId}`).split(/[\s@]+/);
  const begins = (each) => (part) => wordsOf(each).some((word) => word.startsWith(part));
  const list = contacts.filter((each) => wanted.every(begins(each)));
  const compare = new Intl.Collator('tr').compare;
  list.sort((a, b) => compare(a[by], b[by]) * (direction === 'desc' ? -1 : 1));
  sorted = { key, list };
  return list;
}

function listContacts({ query = '', orderBy, pageSize, pageToken }) {
  const found = sortedContacts(query, orderBy || (query ? 'display_name' : 'create_time')).slice(0, query ? 1000 : undefined);
  return { ...page(found, pageSize, pageToken, 'contacts'), totalSize: pageToken ? 0 : Math.min(found.length, 10_000) };
}

function contact(name) {
  const found = byName.get(name);
  if (!found) throw new Refusal(404, 'NOT_FOUND', 'CONTACT_NOT_FOUND', 'There is no such contact.');
  return found;
}

const KINDS = {
  STATE_REFUSED: 'KIND_MESSAGE_REFUSED',
  STATE_DELIVERED: 'KIND_MESSAGE_DELIVERED',
  STATE_BOUNCED: 'KIND_MESSAGE_BOUNCED',
};

function timeline(name, { pageSize, pageToken }) {
  const entry = (kind, time, subject, facts) => ({ kind, occurTime: iso(time), recordTime: iso(SENT), subject, facts });
  const entries = (orders.get(name) ?? []).map((order, index) =>
    entry('KIND_ORDER', order.time, `orders/${uuid(3, index)}`, {
      total: order.total,
      currency: 'USD',
      item_count: String(order.items),
    }),
  );
  for (const line of consents.get(name) ?? []) {
    const kind = line.state === 'STATE_GRANTED' ? 'KIND_CONSENT_GRANTED' : 'KIND_CONSENT_WITHDRAWN';
    entries.push(entry(kind, Date.parse(line.occurTime), name, { purpose: line.purpose, source: line.source }));
  }
  for (const message of state.shown().filter((each) => each.contact === name)) {
    const facts = { campaign: message.originator, purpose: message.purpose };
    if (message.reason) facts.reason = message.reason;
    else entries.push(entry('KIND_MESSAGE_ACCEPTED', Date.parse(message.createTime), message.name, { ...facts }));
    if (KINDS[message.state]) {
      const reply = message.state === 'STATE_BOUNCED' ? { reply: message.reply } : {};
      entries.push(entry(KINDS[message.state], Date.parse(message.finishTime), message.name, { ...facts, ...reply }));
    }
  }
  if (byName.has(name))
    entries.push(entry('KIND_CONTACT_CREATED', Date.parse(byName.get(name).createTime), name, { source: 'cdnow' }));
  entries.sort((a, b) => (a.occurTime < b.occurTime ? 1 : -1));
  entries.forEach((each, index) => {
    each.name = `${name}/timeline/${uuid(9, index)}`;
  });
  return page(entries, pageSize, pageToken, 'entries');
}

/** A second campaign that is running, so that live progress, pause and resume can be seen. */
export const state = {
  position: 40,
  paused: false,
  shown: () => messages,
  spring: () => {
    const list = messages.slice(0, state.position).map((message, index) => ({
      ...message,
      name: `messages/${uuid(6, index + 1)}`,
      originator: 'campaigns/spring-hello',
      purpose: 'newsletter',
      state: message.state === 'STATE_DELIVERED' && index > state.position - 12 ? 'STATE_ACCEPTED' : message.state,
    }));
    return list;
  },
};

function campaign(id) {
  const common = {
    segment: 'segments/worth-winning-back',
    channel: 'CHANNEL_EMAIL',
    version: '3',
    createTime: iso(SENT - 60_000),
    startTime: iso(SENT),
  };
  if (id === 'win-back') {
    return {
      name: 'campaigns/win-back',
      displayName: 'Win-back',
      template: 'templates/win-back',
      purpose: 'win-back',
      state: 'STATE_COMPLETED',
      progress: progressOf(messages),
      finishTime: iso(SENT + 8_000),
      ...common,
    };
  }
  if (id === 'spring-hello') {
    return {
      name: 'campaigns/spring-hello',
      displayName: 'Spring hello',
      template: 'templates/spring',
      purpose: 'newsletter',
      state: state.paused ? 'STATE_PAUSED' : 'STATE_RUNNING',
      progress: progressOf(state.spring(), audience.length),
      ...common,
    };
  }
  throw new Refusal(404, 'NOT_FOUND', 'CAMPAIGN_NOT_FOUND', 'There is no such campaign.');
}

function toggle(id, paused) {
  const [reason, word] = paused ? ['CAMPAIGN_NOT_RUNNING', 'running'] : ['CAMPAIGN_NOT_PAUSED', 'paused'];
  if (id !== 'spring-hello' || state.paused === paused)
    throw new Refusal(400, 'FAILED_PRECONDITION', reason, `The campaign is not ${word}.`);
  state.paused = paused;
  return campaign(id);
}

function listMessages(query) {
  const list = query.originator === 'campaigns/spring-hello' ? state.spring() : messages;
  const wanted = (message) =>
    (!query.contact || message.contact === query.contact) &&
    (!query.originator || message.originator === query.originator) &&
    (!query.state || query.state === 'STATE_UNSPECIFIED' || message.state === query.state) &&
    (!query.reason || message.reason === query.reason);
  return page(list.filter(wanted), query.pageSize, query.pageToken, 'messages');
}

function suppressions(name) {
  const bounced = messages.find((message) => message.contact === name && message.state === 'STATE_BOUNCED');
  if (!bounced) return { suppressions: [] };
  return {
    suppressions: [
      { contact: name, channel: 'CHANNEL_EMAIL', reason: 'HARD_BOUNCE', purpose: '', createTime: bounced.finishTime },
    ],
  };
}

const SEGMENT = {
  name: 'segments/worth-winning-back',
  displayName: 'Worth winning back',
  expression: 'frequency >= 1 and p_alive < 0.5',
  version: '1',
  createTime: iso(SENT - 90_000),
};
const SERVICES = ['contact', 'interaction', 'campaign', 'notification'];
const pick = (names, from) => names.map((name) => from.get(name)).filter(Boolean);

const ROUTES = [
  ['GET', /^\/catalog\.json$/, () => catalog],
  ['GET', /^\/v1\/contacts$/, (_, query) => listContacts(query)],
  ['POST', /^\/v1\/contacts:search$/, (_, __, body) => listContacts(body)],
  ['POST', /^\/v1\/contacts:batchGet$/, (_, __, body) => ({ contacts: pick(body.names ?? [], byName) })],
  ['GET', /^\/v1\/(contacts\/[^/]+)$/, ([name]) => contact(name)],
  [
    'GET',
    /^\/v1\/(contacts\/[^/]+)\/consents$/,
    ([name]) => ({ states: consents.get(contact(name).name).slice(-1), log: consents.get(name) }),
  ],
  ['GET', /^\/v1\/(contacts\/[^/]+)\/timeline$/, ([name], query) => timeline(name, query)],
  ['GET', /^\/v1\/(contacts\/[^/]+)\/score$/, ([name]) => scores.get(contact(name).name)],
  ['GET', /^\/v1\/(contacts\/[^/]+)\/suppressions$/, ([name]) => suppressions(name)],
  ['POST', /^\/v1\/scores:batchGet$/, (_, __, body) => ({ scores: pick(body.contacts ?? [], scores) })],
  ['GET', /^\/v1\/scoringRuns$/, () => ({ scoringRuns: [run] })],
  ['GET', /^\/v1\/segments$/, () => ({ segments: [SEGMENT] })],
  [
    'GET',
    /^\/v1\/segments\/[^/]+:count$/,
    () => ({
      size: String(audience.length),
      contactsKnown: String(PEOPLE),
      scoresKnown: String(PEOPLE),
      asOfTime: iso(Date.now()),
    }),
  ],
  ['GET', /^\/v1\/campaigns$/, () => ({ campaigns: [campaign('win-back'), campaign('spring-hello')] })],
  ['GET', /^\/v1\/campaigns\/([^/:]+)$/, ([id]) => campaign(id)],
  ['POST', /^\/v1\/campaigns\/([^/:]+):pause$/, ([id]) => toggle(id, true)],
  ['POST', /^\/v1\/campaigns\/([^/:]+):resume$/, ([id]) => toggle(id, false)],
  ['GET', /^\/v1\/messages$/, (_, query) => listMessages(query)],
  [
    'GET',
    /^\/v1\/status$/,
    () => ({
      services: [
        { name: 'gateway', state: 'SERVING', version: '0.1.0', topic: '', eventsRecorded: '0', eventsPending: '0' },
        ...SERVICES.map((name, index) => ({
          name,
          state: 'SERVING',
          version: '0.1.0',
          topic: `vefa.${name}.v1`,
          eventsRecorded: String(6_800 + index * 431),
          eventsPending: String(index === 2 ? 12 : 0),
        })),
      ],
      eventsVolatile: process.env.STUB_VOLATILE === '1',
    }),
  ],
];

export function answer(method, path, query, body) {
  for (const [verb, pattern, handle] of ROUTES) {
    const match = verb === method ? pattern.exec(path) : null;
    if (match) return handle(match.slice(1).map(decodeURIComponent), query, body);
  }
  throw new Refusal(404, 'NOT_FOUND', 'ROUTE_NOT_FOUND', `There is nothing at ${path}.`);
}

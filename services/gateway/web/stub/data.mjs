// Data shaped like the CDNOW sample, for looking at pages and for tests of this folder only. The
// figures are made by a fixed generator; they are not those of the real sample.

function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const next = random(1997);
const FIRST = [
  'Ayşe',
  'İsmail',
  'Işıl',
  'Ömer',
  'Çağla',
  'Deniz',
  'Şule',
  'Güneş',
  'Alice',
  'Bernard',
  'Chloe',
  'David',
  'Emma',
  'Frank',
];
const LAST = ['Yılmaz', 'Çelik', 'Öztürk', 'Şahin', 'Aydın', 'Ilgaz', 'Baker', 'Carter', 'Dixon', 'Evans', 'Fisher', 'Grant'];
const DAY = 86_400_000;
const AS_OF = Date.UTC(1997, 8, 30);
const NOW = Date.now();

export function uuid(kind, n) {
  return `${kind.toString(16).padStart(8, '0')}-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
}
const iso = (time) => new Date(time).toISOString();

export const PEOPLE = Number(process.env.STUB_PEOPLE ?? 2357);
export const contacts = [];
export const scores = new Map();
export const orders = new Map();
export const consents = new Map();

for (let n = 1; n <= PEOPLE; n++) {
  const name = `contacts/${uuid(1, n)}`;
  const created = NOW - 3_600_000 + n * 20;
  contacts.push({
    name,
    externalId: String(n).padStart(5, '0'),
    displayName: `${FIRST[n % FIRST.length]} ${LAST[(n * 7) % LAST.length]} ${n}`,
    email: `${n % 50 === 7 ? 'gone' : 'customer'}.${n}@cdnow.example`,
    language: n % 2 === 0 ? 'tr' : 'en',
    source: 'cdnow',
    version: '2',
    etag: `"${n}"`,
    createTime: iso(created),
    updateTime: iso(created + 5_000),
  });
  const first = Date.UTC(1997, 0, 1) + Math.floor(next() * 84) * DAY;
  const repeats = next() < 0.55 ? 0 : Math.floor(-Math.log(1 - next()) * 2.2) + 1;
  const last = first + (repeats === 0 ? 0 : Math.floor(next() * ((AS_OF - first) / DAY)) * DAY);
  const recency = (last - first) / DAY / 7;
  const age = (AS_OF - first) / DAY / 7;
  const alive = repeats === 0 ? 1 : Math.min(0.995, Math.max(0.002, 1 / (1 + Math.exp(-(recency / age - 0.45) * 7))));
  const rate = ((0.2426 + repeats) / (4.4136 + age)) * alive;
  const mean = repeats === 0 ? 0 : 12 + next() * 60;
  const expected = repeats === 0 ? 35.1 : (mean * repeats * 3 + 35.1 * 4) / (repeats * 3 + 4);
  scores.set(name, {
    name: `${name}/score`,
    contact: name,
    model: 'bg_nbd',
    scoringRun: 'scoringRuns/win-back',
    asOfDate: { year: 1997, month: 9, day: 30 },
    frequency: repeats,
    recencyWeeks: recency,
    ageWeeks: age,
    meanValue: mean,
    pAlive: alive,
    pBuy90d: 1 - Math.exp(-rate * (90 / 7)),
    expectedPurchases: rate * 39,
    expectedValue: expected,
    residualLifetimeValue: rate * 39 * expected,
    version: '1',
    updateTime: iso(NOW - 1_800_000),
    currency: 'USD',
  });
  orders.set(
    name,
    Array.from({ length: repeats + 1 }, (_, index) => ({
      time: index === 0 ? first : index === repeats ? last : first + Math.floor(((last - first) * index) / repeats / DAY) * DAY,
      total: (8 + next() * 70).toFixed(2),
      items: 1 + Math.floor(next() * 4),
    })),
  );
  const log = [];
  const consent = (state, source, time) => ({
    contact: name,
    purpose: 'win-back',
    channel: 'CHANNEL_EMAIL',
    state,
    source,
    occurTime: iso(time),
    recordTime: iso(created + 2_000),
  });
  if (n % 10 !== 0) log.push(consent('STATE_GRANTED', 'shop checkout', first));
  if (n % 10 === 1) log.push(consent('STATE_WITHDRAWN', 'preference centre', AS_OF - 20 * DAY));
  consents.set(name, log);
}

/** The audience: bought again and is probably gone, in the order of the contacts. */
export const audience = contacts.filter((contact) => {
  const score = scores.get(contact.name);
  return score.frequency >= 1 && score.pAlive < 0.5;
});

function decide(contact) {
  const n = Number(contact.externalId);
  if (n % 10 === 0) return ['STATE_REFUSED', 'NO_CONSENT', ''];
  if (n % 10 === 1) return ['STATE_REFUSED', 'CONSENT_WITHDRAWN', ''];
  return n % 50 === 7 ? ['STATE_BOUNCED', '', '550 5.1.1 no such user'] : ['STATE_DELIVERED', '', '250 2.0.0'];
}

const SENT = NOW - 600_000;
export const messages = audience.map((contact, index) => {
  const [state, reason, reply] = decide(contact);
  return {
    name: `messages/${uuid(5, index + 1)}`,
    sendKey: `win-back/${contact.name}`,
    contact: contact.name,
    originator: 'campaigns/win-back',
    purpose: 'win-back',
    channel: 'CHANNEL_EMAIL',
    state,
    reason,
    policyVersion: 1,
    reply,
    createTime: iso(SENT + index * 10),
    finishTime: iso(SENT + index * 10 + 900),
  };
});

export function progressOf(list, size = list.length) {
  const count = (state) => String(list.filter((message) => message.state === state).length);
  const refused = {};
  for (const message of list) if (message.reason) refused[message.reason] = String(Number(refused[message.reason] ?? 0) + 1);
  return {
    audience: String(size),
    requested: String(list.length),
    accepted: String(list.filter((message) => message.state !== 'STATE_REFUSED').length),
    refused,
    delivered: count('STATE_DELIVERED'),
    bounced: count('STATE_BOUNCED'),
    failed: count('STATE_FAILED'),
    unknown: count('STATE_UNKNOWN'),
  };
}

const WEEKS = 39;
const ACTUAL = 1893;
const PREDICTED = 1660.7;
const growth = (week) => (1 - Math.exp(-week / 60)) / (1 - Math.exp(-WEEKS / 60));
const bump = (week) => 1 + 0.11 * Math.sin(week / 3.1) * (week < WEEKS ? 1 : 0);
export const run = {
  name: 'scoringRuns/win-back',
  state: 'STATE_SUCCEEDED',
  progress: 1,
  error: '',
  asOfDate: { year: 1997, month: 9, day: 30 },
  horizonWeeks: WEEKS,
  scored: PEOPLE,
  purchaseModel: { r: 0.2471, alpha: 4.392, a: 0.801, b: 2.4551, logLikelihood: -9601.12, iterations: 9 },
  valueModel: { p: 6.25, q: 3.744, v: 15.447, logLikelihood: -4055.9, customers: 946 },
  holdout: {
    weeks: WEEKS,
    predicted: PREDICTED,
    actual: String(ACTUAL),
    groups: [0, 1, 2, 3, 4, 5, 6, 7].map((frequency) => {
      const customers = [1411, 439, 214, 100, 62, 38, 29, 64][frequency];
      const mean = 0.2 + 0.62 * frequency + (frequency === 7 ? 1.1 : 0);
      return { frequency, customers, predictedMean: mean, actualMean: mean * (1.16 - 0.03 * frequency) };
    }),
    byWeek: Array.from({ length: WEEKS }, (_, index) => ({
      week: index + 1,
      predicted: PREDICTED * growth(index + 1),
      actual: String(Math.round(ACTUAL * growth(index + 1) * (index + 1 === WEEKS ? 1 : bump(index + 1)))),
    })),
  },
  createTime: iso(NOW - 1_900_000),
  finishTime: iso(NOW - 1_800_000),
};
export { iso, SENT };

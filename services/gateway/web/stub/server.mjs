// A stand-in for the gateway, for this folder's browser trial only: serves dist/ under the content
// security policy, a session, the API of stub/api.mjs and a live stream. `node stub/server.mjs [port]`.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answer, Refusal, state } from './api.mjs';
import { audience, contacts, iso, messages, uuid } from './data.mjs';

const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist');
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
};
export const CREDENTIALS = { tenant: 'demo', email: 'elif@vefa.example', password: 'long enough to be safe' };
const SESSION = {
  tenant: 'demo',
  tenantId: uuid(0, 1),
  email: CREDENTIALS.email,
  displayName: 'Elif Demir',
  permissions: ['*'],
  expireTime: iso(Date.now() + 8 * 3_600_000),
  token: '',
  csrfToken: 'stub-csrf',
  eventsVolatile: process.env.STUB_VOLATILE === '1',
};
const sessions = new Set();

function send(response, status, body, headers = {}) {
  response.writeHead(status, {
    'Content-Type': status < 400 ? 'application/json' : 'application/problem+json',
    'Cache-Control': 'no-store',
    ...headers,
  });
  response.end(JSON.stringify(body));
}

function refuse(response, error, traceId) {
  const { status, code, reason, message, violations } = error;
  send(response, status, {
    type: `urn:vefa:problem:${reason}`,
    title: 'Refused',
    status,
    detail: message,
    code,
    message,
    reason,
    violations,
    traceId,
  });
}

async function readBody(request) {
  let text = '';
  for await (const piece of request) text += piece;
  return text === '' ? {} : JSON.parse(text);
}

function serveFile(request, response, path) {
  const file = normalize(join(dist, path));
  let name = file.startsWith(dist) && extname(path) ? file : join(dist, 'index.html');
  const headers = {
    'Content-Type': TYPES[extname(name)] ?? 'application/octet-stream',
    'Content-Security-Policy': readFileSync(join(dist, 'csp.txt'), 'utf8').trim(),
    'Cache-Control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
  try {
    if (/\bbr\b/.test(request.headers['accept-encoding'] ?? '')) {
      const compressed = readFileSync(`${name}.br`);
      response.writeHead(200, { ...headers, 'Content-Encoding': 'br' });
      response.end(compressed);
      return;
    }
  } catch {
    // Small files have no compressed form.
  }
  try {
    name = readFileSync(name);
    response.writeHead(200, headers);
    response.end(name);
  } catch {
    response.writeHead(404);
    response.end();
  }
}

/** Personal data as events carry it: nothing here has the key. */
const box = (n) => ({
  keyId: `01890a5d-ac96-774b-bcce-${String(n).padStart(12, '0')}`,
  nonce: 'AAAAAAAAAAAAAAAA',
  ciphertext: 'AAAAAAAAAAAAAAAAAAAAAA==',
  message: 'vefa.contact.v1.ContactPersonal',
});

let eventNumber = 0;
function nextEvent() {
  const n = eventNumber++;
  const now = iso(Date.now());
  const contact = contacts[(n * 17) % contacts.length];
  const message = messages[n % messages.length];
  const info = {
    message: message.name,
    contact: message.contact,
    originator: 'campaigns/spring-hello',
    purpose: 'newsletter',
    channel: 'CHANNEL_EMAIL',
  };
  const kinds = [
    ['message.delivered', 'notification', message.name, { delivered: { message: info, replyCode: '250 2.0.0' } }],
    ['message.accepted', 'notification', message.name, { accepted: { message: info, policyVersion: 1 } }],
    [
      'consent.granted',
      'contact',
      contact.name,
      { consentGranted: { terms: { purpose: 'win-back', channel: 'CHANNEL_EMAIL', source: 'shop checkout' } } },
    ],
    ['message.refused', 'notification', message.name, { refused: { message: info, policyVersion: 1, reason: 'NO_CONSENT' } }],
    [
      'contact.updated',
      'contact',
      contact.name,
      { updated: { state: { language: contact.language, source: 'cdnow', hasEmail: true, personal: box(n) } } },
    ],
  ];
  const [type, service, subject, payload] = kinds[n % kinds.length];
  const words = { contact: 'ContactEvent', notification: 'NotificationEvent' };
  return {
    id: `0198f3c4-${(n % 65536).toString(16).padStart(4, '0')}-7000-8000-${Date.now().toString(16).padStart(12, '0')}`,
    type,
    source: `/vefa/${service}`,
    subject,
    aggregateVersion: String(3 + (n % 4)),
    tenantId: SESSION.tenantId,
    occurTime: now,
    recordTime: now,
    topic: `vefa.${service}.v1`,
    partition: n % 24,
    offset: String(1000 + n),
    payload: { '@type': `type.googleapis.com/vefa.${service}.v1.${words[service]}`, ...payload },
  };
}

/** Streams open at this moment. */
export const open = { streams: 0 };

/** Sends some events at once and then one at each beat, until the reader goes. */
function stream(request, response, beat) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  const emit = () => {
    const event = nextEvent();
    response.write(
      `id: ${event.topic}/${event.partition}/${event.offset}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
    );
    if (!state.paused && state.position < audience.length) state.position += 1;
  };
  open.streams += 1;
  response.write(': welcome\n\n');
  for (let i = 0; i < 30; i++) emit();
  const timer = setInterval(emit, beat);
  request.on('close', () => {
    open.streams -= 1;
    clearInterval(timer);
  });
}

export function startStub(port = 0, { beat = 700, fault = () => undefined } = {}) {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://stub');
    const traceId = (request.headers.traceparent ?? '').split('-')[1] ?? '';
    if (!url.pathname.startsWith('/v1/')) return serveFile(request, response, url.pathname);
    try {
      const planned = fault(request.method, url);
      if (planned) throw planned;
      const cookie = /vefa-stub=(\w+)/.exec(request.headers.cookie ?? '')?.[1];
      const body = request.method === 'GET' ? undefined : await readBody(request);
      if (url.pathname === '/v1/session' && request.method === 'POST') {
        const good = Object.entries(CREDENTIALS).every(([key, value]) => body[key] === value);
        if (!good) throw new Refusal(401, 'UNAUTHENTICATED', 'SIGN_IN_REFUSED', 'Tenant, address or password is wrong.');
        const id = randomBytes(12).toString('hex');
        sessions.add(id);
        return send(response, 200, SESSION, { 'Set-Cookie': `vefa-stub=${id}; HttpOnly; SameSite=Lax; Path=/` });
      }
      if (!cookie || !sessions.has(cookie)) throw new Refusal(401, 'UNAUTHENTICATED', 'SESSION_MISSING', 'Sign in first.');
      if (request.method !== 'GET' && request.headers['x-csrf-token'] !== SESSION.csrfToken) {
        throw new Refusal(403, 'PERMISSION_DENIED', 'CSRF_TOKEN_INVALID', 'The token for writes is missing.');
      }
      if (url.pathname === '/v1/events:stream') return stream(request, response, beat);
      if (url.pathname === '/v1/session') {
        if (request.method === 'DELETE') sessions.delete(cookie);
        return send(response, 200, request.method === 'DELETE' ? {} : SESSION);
      }
      return send(response, 200, answer(request.method, url.pathname, Object.fromEntries(url.searchParams), body));
    } catch (error) {
      if (error instanceof Refusal) return refuse(response, error, traceId);
      return refuse(response, new Refusal(500, 'INTERNAL', 'INTERNAL', String(error)), traceId);
    }
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = await startStub(Number(process.argv[2] ?? 5180));
  console.log(`http://127.0.0.1:${server.address().port}`, CREDENTIALS);
}

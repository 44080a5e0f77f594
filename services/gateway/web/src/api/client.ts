import { ApiError, errorFromFailure, errorFromResponse } from './errors';

/** How long a call may take unless it says otherwise. */
const DEFAULT_DEADLINE_MS = 10_000;

export interface CallOptions {
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  signal?: AbortSignal;
  deadlineMs?: number;
}

// The token for writes lives in memory only; it comes with every session answer.
let csrfToken = '';

export function setCsrfToken(token: string | undefined): void {
  csrfToken = token ?? '';
}

function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A new W3C trace: its id is what an error shows to be quoted to an operator. */
export function newTrace(): { traceId: string; traceparent: string } {
  const traceId = randomHex(16);
  return { traceId, traceparent: `00-${traceId}-${randomHex(8)}-01` };
}

export function urlOf(path: string, query: CallOptions['query'] = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(key, String(value));
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** The token belongs to the cookie: another tab may have signed in anew since this one read it. */
const STALE_TOKEN = new Set(['CSRF_TOKEN_WRONG', 'CSRF_TOKEN_MISSING']);

/** One call to the gateway; answers the JSON body or throws an ApiError. */
export async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
  try {
    return await attempt<T>(method, path, options);
  } catch (error) {
    if (!(error instanceof ApiError) || !STALE_TOKEN.has(error.reason)) throw error;
    // Refused before anything was done, so it may be sent once more.
    const session = await attempt<{ csrfToken?: string }>('GET', '/v1/session', { signal: options.signal });
    setCsrfToken(session.csrfToken);
    return attempt<T>(method, path, options);
  }
}

async function attempt<T>(method: string, path: string, options: CallOptions): Promise<T> {
  const { traceId, traceparent } = newTrace();
  const deadlineMs = options.deadlineMs ?? DEFAULT_DEADLINE_MS;
  const headers: Record<string, string> = { Accept: 'application/json', traceparent, 'X-Request-Timeout': String(deadlineMs) };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET' && csrfToken !== '') headers['X-Csrf-Token'] = csrfToken;
  const deadline = AbortSignal.timeout(deadlineMs);
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
  const body = options.body === undefined ? undefined : JSON.stringify(options.body);
  try {
    const response = await fetch(urlOf(path, options.query), { method, headers, signal, body, credentials: 'same-origin' });
    if (!response.ok) throw await errorFromResponse(response, traceId);
    const text = await response.text();
    return (text === '' ? {} : JSON.parse(text)) as T;
  } catch (cause) {
    throw cause instanceof ApiError ? cause : errorFromFailure(cause, traceId);
  }
}

/** A resource name as a path: its segments are escaped, its slashes are not. */
export function resourcePath(name: string): string {
  return `/v1/${name.split('/').map(encodeURIComponent).join('/')}`;
}

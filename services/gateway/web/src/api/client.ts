import { errorFromFailure, errorFromResponse } from './errors';

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

/** One call to the gateway; answers the JSON body or throws an ApiError. */
export async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
  const { traceId, traceparent } = newTrace();
  const headers: Record<string, string> = { Accept: 'application/json', traceparent };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET' && csrfToken !== '') headers['X-Csrf-Token'] = csrfToken;
  const deadline = AbortSignal.timeout(options.deadlineMs ?? DEFAULT_DEADLINE_MS);
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
  let response: Response;
  try {
    response = await fetch(urlOf(path, options.query), {
      method,
      headers,
      signal,
      credentials: 'same-origin',
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
    });
  } catch (cause) {
    throw errorFromFailure(cause, traceId);
  }
  if (!response.ok) throw await errorFromResponse(response, traceId);
  try {
    return (await response.json()) as T;
  } catch (cause) {
    if (response.status === 204 || response.headers.get('Content-Length') === '0') return {} as T;
    throw errorFromFailure(cause, traceId);
  }
}

/** A resource name as a path: its segments are escaped, its slashes are not. */
export function resourcePath(name: string): string {
  return `/v1/${name.split('/').map(encodeURIComponent).join('/')}`;
}

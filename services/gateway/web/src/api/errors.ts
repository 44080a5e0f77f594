/** One field of a request that the server refused. */
export interface Violation {
  field?: string;
  reason?: string;
  description?: string;
}

/** The body of a failed call, `application/problem+json`. */
interface Problem {
  code?: string;
  message?: string;
  detail?: string;
  reason?: string;
  violations?: Violation[];
  metadata?: Record<string, string>;
  traceId?: string;
  retryAfterMs?: number;
}

/** A call that did not succeed, with what a person and a machine need to know of it. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly reason: string,
    detail: string,
    readonly traceId: string,
    readonly violations: Violation[] = [],
    readonly retryAfterMs: number | undefined = undefined,
    readonly metadata: Record<string, string> = {},
  ) {
    super(detail);
    this.name = 'ApiError';
  }
}

/** Canonical codes by HTTP status, for answers that carry no body of ours (a proxy's, for example). */
const CODES: Record<number, string> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  408: 'DEADLINE_EXCEEDED',
  409: 'ABORTED',
  412: 'FAILED_PRECONDITION',
  429: 'RESOURCE_EXHAUSTED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

function retryAfter(response: Response): number | undefined {
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

/** Reads a failed response; one without a readable body still gives a complete error. */
export async function errorFromResponse(response: Response, traceId: string): Promise<ApiError> {
  let problem: Problem = {};
  try {
    problem = ((await response.json()) as Problem | null) ?? {};
  } catch {
    // Not JSON: the status alone has to do.
  }
  return new ApiError(
    response.status,
    problem.code ?? CODES[response.status] ?? 'UNKNOWN',
    problem.reason ?? '',
    problem.message ?? problem.detail ?? '',
    problem.traceId ?? traceId,
    problem.violations ?? [],
    problem.retryAfterMs ?? retryAfter(response),
    problem.metadata ?? {},
  );
}

/** What became of a call that never got an answer. */
export function errorFromFailure(cause: unknown, traceId: string): unknown {
  if (cause instanceof DOMException && cause.name === 'TimeoutError') {
    return new ApiError(0, 'DEADLINE_EXCEEDED', 'CLIENT_DEADLINE', '', traceId);
  }
  // A cancelled call is not an error of the server; the query library tells it by its name.
  if (cause instanceof DOMException && cause.name === 'AbortError') return cause;
  return new ApiError(0, 'UNAVAILABLE', 'SERVER_UNREACHABLE', '', traceId);
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'UNAUTHENTICATED';
}

const RETRIED = new Set(['UNAVAILABLE', 'DEADLINE_EXCEEDED']);
const MAX_RETRIES = 2;

/** Two more attempts where trying again can help; everything else is told at once. */
export function shouldRetry(failures: number, error: unknown): boolean {
  return failures < MAX_RETRIES && error instanceof ApiError && RETRIED.has(error.code);
}

/** The server's own hint if it gave one, else half a second and doubling; always with jitter. */
export function retryDelay(attempt: number, error: unknown, random = Math.random): number {
  const base = (error instanceof ApiError ? error.retryAfterMs : undefined) ?? 500 * 2 ** attempt;
  return Math.min(base, 10_000) * (0.75 + random() / 2);
}

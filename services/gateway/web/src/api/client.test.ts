import { describe, expect, it, vi } from 'vitest';
import { json, problem } from '../testing/app';
import { call, resourcePath, setCsrfToken, urlOf } from './client';
import { ApiError, retryDelay, shouldRetry } from './errors';
import { listContacts } from './resources';

function answerWith(response: Response | Error) {
  const fetched = vi.fn(async (_url: string, _init: RequestInit) => {
    if (response instanceof Error) throw response;
    return response;
  });
  vi.stubGlobal('fetch', fetched);
  return fetched;
}

describe('a call', () => {
  it('carries a trace, and the token for writes only with a write', async () => {
    setCsrfToken('secret');
    const fetched = answerWith(json({ ok: true }));
    await call('GET', '/v1/campaigns');
    const read = new Headers(fetched.mock.calls[0]?.[1].headers);
    expect(read.get('traceparent')).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(read.has('X-Csrf-Token')).toBe(false);
    answerWith(json({}));
    const written = answerWith(json({}));
    await call('POST', '/v1/campaigns/x:pause', { body: {} });
    expect(new Headers(written.mock.calls[0]?.[1].headers).get('X-Csrf-Token')).toBe('secret');
  });

  it('turns a problem document into an error with reason, trace and violations', async () => {
    const violations = [{ field: 'email', reason: 'EMAIL_SYNTAX', description: 'no' }];
    answerWith(problem(400, 'INVALID_ARGUMENT', 'VIOLATIONS', 'bad', { violations, retryAfterMs: 1500 }));
    const error = await call('POST', '/v1/contacts', { body: {} }).catch((each) => each);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: 400,
      code: 'INVALID_ARGUMENT',
      reason: 'VIOLATIONS',
      traceId: 'abc123',
      violations,
      retryAfterMs: 1500,
    });
  });

  it('gives an answer without a body of ours the code of its status', async () => {
    answerWith(new Response('<html>bad gateway</html>', { status: 502, headers: { 'Retry-After': '2' } }));
    expect(await call('GET', '/v1/x').catch((each) => each)).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 2000 });
  });

  it('reads the session again when the token for writes is another one meanwhile', async () => {
    setCsrfToken('old');
    const tokens: (string | null)[] = [];
    vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
      if (url === '/v1/session') return json({ csrfToken: 'new' });
      tokens.push(new Headers(init.headers).get('X-Csrf-Token'));
      return tokens.at(-1) === 'new' ? json({ name: 'campaigns/x' }) : problem(403, 'PERMISSION_DENIED', 'CSRF_TOKEN_WRONG');
    });
    expect(await call('POST', '/v1/campaigns/x:pause', { body: {} })).toEqual({ name: 'campaigns/x' });
    expect(tokens).toEqual(['old', 'new']);
  });

  it('says that the server cannot be reached, and that a deadline passed', async () => {
    answerWith(new TypeError('Failed to fetch'));
    expect(await call('GET', '/v1/x').catch((each) => each)).toMatchObject({ code: 'UNAVAILABLE', reason: 'SERVER_UNREACHABLE' });
    vi.stubGlobal(
      'fetch',
      (_: string, init: RequestInit) =>
        new Promise((_resolve, reject) => init.signal?.addEventListener('abort', () => reject(init.signal?.reason))),
    );
    const error = await call('GET', '/v1/x', { deadlineMs: 5 }).catch((each) => each);
    expect(error).toMatchObject({ code: 'DEADLINE_EXCEEDED', reason: 'CLIENT_DEADLINE' });
  });

  it('leaves empty parameters out and escapes names', () => {
    expect(urlOf('/v1/contacts', { pageSize: 5, pageToken: '', query: undefined })).toBe('/v1/contacts?pageSize=5');
    expect(resourcePath('contacts/a b?')).toBe('/v1/contacts/a%20b%3F');
  });

  it('keeps text that is searched for out of the address', async () => {
    const fetched = answerWith(json({}));
    await listContacts({ query: 'Ayşe', pageSize: 5 });
    expect(fetched.mock.calls[0]?.[0]).toBe('/v1/contacts:search');
    expect(fetched.mock.calls[0]?.[1].body).toContain('Ayşe');
  });
});

describe('trying again', () => {
  const error = (code: string, retryAfterMs?: number) => new ApiError(503, code, '', '', '', [], retryAfterMs);
  it('is for what may pass by itself, twice', () => {
    expect(shouldRetry(0, error('UNAVAILABLE'))).toBe(true);
    expect(shouldRetry(1, error('DEADLINE_EXCEEDED'))).toBe(true);
    expect(shouldRetry(2, error('UNAVAILABLE'))).toBe(false);
    expect(shouldRetry(0, error('NOT_FOUND'))).toBe(false);
    expect(shouldRetry(0, new Error('bug'))).toBe(false);
  });
  it('waits as long as the server says, with jitter', () => {
    expect(retryDelay(0, error('UNAVAILABLE', 2000), () => 0)).toBe(1500);
    expect(retryDelay(2, error('UNAVAILABLE'), () => 0.5)).toBe(2000);
  });
});

import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, RouterProvider } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import { vi } from 'vitest';
import { buildQueryClient } from '../app/query-client';
import { buildRouter } from '../app/routes';
import { activate, type Language } from '../i18n/i18n';

/** One call as the page made it. */
export interface Call {
  method: string;
  path: string;
  query: Record<string, string>;
  body: unknown;
  headers: Headers;
}
/** What the server is to answer; undefined leaves it to the stub's data. */
export type Plan = (call: Call) => Response | Promise<Response> | undefined;

export const SESSION = {
  tenant: 'demo',
  tenantId: 't-1',
  email: 'elif@vefa.example',
  displayName: 'Elif Demir',
  permissions: ['*'],
  csrfToken: 'csrf',
};

export function json(body: unknown, status = 200): Response {
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': type } });
}

export function problem(status: number, code: string, reason: string, detail = 'in English', more: object = {}): Response {
  return json({ code, reason, detail, violations: [], traceId: 'abc123', ...more }, status);
}

/** Puts the stub's data behind `fetch`, without a network. */
export async function serve(plan: Plan = () => undefined): Promise<Call[]> {
  const { answer } = await import('../../stub/api.mjs');
  const calls: Call[] = [];
  vi.stubGlobal('fetch', async (input: string, init: RequestInit = {}) => {
    const url = new URL(input, 'http://console');
    const call: Call = {
      method: init.method ?? 'GET',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
      headers: new Headers(init.headers),
    };
    calls.push(call);
    const planned = plan(call);
    if (planned) return planned;
    if (call.path === '/v1/session') return json(SESSION);
    if (call.path === '/v1/events:stream') return new Promise<Response>(() => {});
    try {
      return json(answer(call.method, call.path, call.query, call.body));
    } catch (error) {
      const { status, code, reason, message } = error as { status: number; code: string; reason: string; message: string };
      return problem(status ?? 500, code ?? 'INTERNAL', reason ?? '', message);
    }
  });
  return calls;
}

/** The whole console at an address, as a browser would show it. */
export async function renderApp(path: string, language: Language = 'en') {
  await activate(language);
  const client = buildQueryClient(() => {});
  client.setDefaultOptions({ queries: { ...client.getDefaultOptions().queries, retry: false } });
  const router = buildRouter(client, createMemoryHistory({ initialEntries: [path] }));
  const view = render(
    <I18nProvider i18n={i18n}>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </I18nProvider>,
  );
  // Every page has its main part, once the session is known.
  await view.findByRole('main');
  return { ...view, router, client };
}

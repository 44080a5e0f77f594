import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { json, problem, renderApp, SESSION, serve } from '../../testing/app';

async function fill(labels: [string, string, string]) {
  const user = userEvent.setup();
  const values = ['demo', 'elif@vefa.example', 'a password'];
  for (const [index, label] of labels.entries()) await user.type(await screen.findByLabelText(label), values[index] ?? '');
  await user.keyboard('{Enter}');
}

describe('sign-in', () => {
  it('brings back to where one wanted to go', async () => {
    let signedIn = false;
    const calls = await serve((call) => {
      if (call.path !== '/v1/session') return undefined;
      if (call.method === 'POST') signedIn = true;
      return signedIn ? json(SESSION) : problem(401, 'UNAUTHENTICATED', 'SESSION_MISSING');
    });
    const { router } = await renderApp('/system');
    await waitFor(() => expect(router.state.location.href).toBe('/sign-in?back=%2Fsystem'));
    await fill(['Organisation', 'E-mail address', 'Password']);
    await waitFor(() => expect(router.state.location.pathname).toBe('/system'));
    expect(calls.find((call) => call.method === 'POST')?.body).toEqual({
      tenant: 'demo',
      email: 'elif@vefa.example',
      password: 'a password',
    });
  });

  it('explains a refusal in the language of the page', async () => {
    await serve((call) => (call.path === '/v1/session' ? problem(401, 'UNAUTHENTICATED', 'SIGN_IN_REFUSED') : undefined));
    await renderApp('/sign-in', 'tr');
    await fill(['Kurum', 'E-posta adresi', 'Parola']);
    expect((await screen.findByRole('alert')).textContent).toContain('Kurum, adres ve parola birbiriyle eşleşmiyor');
  });

  it('puts a complaint to its field', async () => {
    const violations = [{ field: 'email', reason: 'EMAIL_SYNTAX', description: 'english' }];
    await serve((call) =>
      call.path === '/v1/session' ? problem(400, 'INVALID_ARGUMENT', 'VIOLATIONS', '', { violations }) : undefined,
    );
    await renderApp('/sign-in', 'tr');
    await fill(['Kurum', 'E-posta adresi', 'Parola']);
    expect(await screen.findByText(/Bu bir e-posta adresi değil/)).toBeTruthy();
    expect(screen.getByLabelText('E-posta adresi').getAttribute('aria-invalid')).toBe('true');
  });
});

import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { json, problem, renderApp, serve } from '../../testing/app';
import { verdicts } from './permission';
import { withMonths } from './timeline';

const person = (n: number) => `/people/00000001-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
const main = () => within(screen.getByRole('main'));

describe('may we write', () => {
  const contact = { name: 'contacts/1', email: 'a@b.example' };
  const granted = {
    purpose: 'win-back',
    channel: 'CHANNEL_EMAIL',
    state: 'STATE_GRANTED',
    occurTime: '1997-01-01T00:00:00Z',
  } as const;
  const bounced = { channel: 'CHANNEL_EMAIL', reason: 'HARD_BOUNCE', purpose: '' } as const;
  it('is decided by what was said and by whether the address is open', () => {
    expect(verdicts(contact, [granted], [])[0]?.kind).toBe('granted');
    expect(verdicts(contact, [{ ...granted, state: 'STATE_WITHDRAWN' }], [])[0]?.kind).toBe('withdrawn');
    expect(verdicts(contact, [granted], [bounced])[0]?.kind).toBe('suppressed');
    expect(verdicts(contact, [granted], [{ ...bounced, purpose: 'newsletter' }])[0]?.kind).toBe('granted');
    expect(verdicts(contact, [granted], [{ ...bounced, channel: 'CHANNEL_SMS' }])[0]?.kind).toBe('granted');
    expect(verdicts({ name: 'contacts/1' }, [granted], [])[0]?.kind).toBe('noAddress');
    expect(verdicts(contact, [], [])[0]?.kind).toBe('neverAsked');
  });
});

describe('the timeline', () => {
  it('has a heading before each month', () => {
    const entries = ['1997-03-02', '1997-03-01', '1997-02-01'].map((day) => ({ name: day, occurTime: day }));
    const lines = withMonths(entries, (time) => (time ?? '').slice(0, 7));
    expect(lines.map((line) => ('month' in line ? line.month : line.entry.name))).toEqual([
      '1997-03',
      '1997-03-02',
      '1997-03-01',
      '1997-02',
      '1997-02-01',
    ]);
  });
});

describe('the person page', () => {
  it('answers in a sentence, in both languages, and says why nothing was sent', async () => {
    await serve();
    const { unmount } = await renderApp(person(41), 'en');
    expect(await main().findByText(/Consent to win-back by e-mail was withdrawn on/)).toBeTruthy();
    expect(await main().findByText('Not sent: consent withdrawn')).toBeTruthy();
    expect(main().getByText(/Names and addresses are made up/)).toBeTruthy();
    unmount();
    await renderApp(person(41), 'tr');
    expect(await main().findByText(/geri kazanım amacı için verdiği e-posta iznini .* tarihinde geri almış/)).toBeTruthy();
    expect(await main().findByText('Gönderilmedi: izin geri alınmış')).toBeTruthy();
  });

  it('keeps the rest when one part cannot be read', async () => {
    await serve((call) => (call.path.endsWith('/timeline') ? problem(503, 'UNAVAILABLE', 'SERVICE_UNREACHABLE') : undefined));
    await renderApp(person(8));
    expect(await main().findByText('The timeline could not be read.')).toBeTruthy();
    expect(main().getByText(/A service cannot be reached at the moment/)).toBeTruthy();
    expect(main().getByText('abc123')).toBeTruthy();
    expect(await main().findByText('Expected purchases')).toBeTruthy();
  });

  it('tells "not scored" from "could not be read"', async () => {
    await serve((call) => (call.path.endsWith('/score') ? problem(404, 'NOT_FOUND', 'SCORE_NOT_FOUND') : undefined));
    await renderApp(person(8));
    expect(await main().findByText('Not scored yet')).toBeTruthy();
  });

  it('says when there is no such person', async () => {
    await serve();
    await renderApp('/people/nobody', 'tr');
    expect(await screen.findByRole('heading', { level: 1, name: 'Böyle bir kişi yok' })).toBeTruthy();
  });
});

describe('the list of people', () => {
  it('shows what it knows, sorts by the server, and moves by keys', async () => {
    const calls = await serve();
    await renderApp('/people');
    const grid = await screen.findByRole('grid');
    expect(grid.getAttribute('aria-rowcount')).toBe('2358');
    expect(within(grid).getAllByRole('row').length).toBeLessThan(80);
    await waitFor(() => expect(calls.some((call) => call.path === '/v1/scores:batchGet')).toBe(true));
    const user = userEvent.setup();
    await user.click(within(grid).getByRole('button', { name: 'External id' }));
    await waitFor(() => expect(calls.some((call) => call.query.orderBy === 'external_id')).toBe(true));
    await user.keyboard('{Escape}');
    (document.activeElement as HTMLElement).blur();
    await user.keyboard('jj');
    await waitFor(() => expect(document.activeElement?.getAttribute('aria-rowindex')).toBe('3'));
    await user.keyboard('{ArrowUp}');
    await waitFor(() => expect(document.activeElement?.getAttribute('aria-rowindex')).toBe('2'));
    await user.keyboard('{Enter}');
    expect(await screen.findByText(/external id 00001/)).toBeTruthy();
  });

  it('searches by a posted text and tells "no match" from "nobody"', async () => {
    const calls = await serve();
    const { router } = await renderApp('/people');
    const user = userEvent.setup();
    await user.type(await screen.findByRole('searchbox'), 'zzzz');
    expect(await screen.findByText('No one matches this search')).toBeTruthy();
    expect(calls.some((call) => call.method === 'POST' && (call.body as { query?: string }).query === 'zzzz')).toBe(true);
    expect(router.state.location.href).not.toContain('zzzz');
  });

  it('is empty, failed or without scores, each said in its own words', async () => {
    await serve((call) => (call.path === '/v1/contacts' ? json({ contacts: [], totalSize: 0 }) : undefined));
    const { unmount } = await renderApp('/people');
    expect(await screen.findByText('There is nobody here yet')).toBeTruthy();
    unmount();
    await serve((call) => (call.path === '/v1/contacts' ? problem(503, 'UNAVAILABLE', '') : undefined));
    const second = await renderApp('/people');
    expect(await screen.findByText('The list of people could not be read.')).toBeTruthy();
    second.unmount();
    await serve((call) => (call.path === '/v1/scores:batchGet' ? problem(503, 'UNAVAILABLE', '') : undefined));
    await renderApp('/people');
    expect(await screen.findByText(/Some scores could not be read/)).toBeTruthy();
    expect(screen.getByRole('grid')).toBeTruthy();
  });

  it('tells of a parameter it does not understand', async () => {
    await serve();
    await renderApp('/people?sort=shoe_size', 'tr');
    expect(await screen.findByText(/Adresin bazı bölümleri anlaşılamadı/)).toBeTruthy();
  });
});

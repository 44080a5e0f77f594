import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../app/outcome';
import { json, problem, renderApp, SESSION, serve } from '../../testing/app';
import { speedOf } from './progress';
import { expectedCount } from './recipients';

const main = () => within(screen.getByRole('main'));

describe('a campaign', () => {
  it('shows numbers that add up, each a link to the people behind it', async () => {
    await serve();
    await renderApp('/campaigns/win-back');
    expect(await main().findByText('asked for 482 = accepted 380 + refused 102')).toBeTruthy();
    expect(main().getByText(/accepted 380 = delivered 371 \+ bounced 9/)).toBeTruthy();
    expect(main().getByRole('progressbar').getAttribute('aria-valuenow')).toBe('100');
    const reason = main().getByRole('link', { name: 'consent withdrawn' });
    expect(reason.getAttribute('href')).toBe('/campaigns/win-back/recipients?state=REFUSED&reason=CONSENT_WITHDRAWN');
  });

  it('is paused and resumed, and says so', async () => {
    const calls = await serve();
    await renderApp('/campaigns/spring-hello');
    const user = userEvent.setup();
    await user.click(await main().findByRole('button', { name: 'Pause campaign' }));
    expect((await screen.findAllByText(/^Paused\. Nothing more is submitted/)).length).toBeGreaterThan(0);
    await user.click(await main().findByRole('button', { name: 'Resume campaign' }));
    expect(await main().findByRole('button', { name: 'Pause campaign' })).toBeTruthy();
    const writes = calls.filter((call) => call.method === 'POST').map((call) => [call.path, call.headers.get('X-Csrf-Token')]);
    expect(writes).toEqual([
      ['/v1/campaigns/spring-hello:pause', 'csrf'],
      ['/v1/campaigns/spring-hello:resume', 'csrf'],
    ]);
  });

  it('explains in Turkish why it could not be paused', async () => {
    await serve((call) =>
      call.path.endsWith(':pause') ? problem(400, 'FAILED_PRECONDITION', 'CAMPAIGN_NOT_RUNNING') : undefined,
    );
    await renderApp('/campaigns/spring-hello', 'tr');
    await userEvent.click(await main().findByRole('button', { name: 'Kampanyayı duraklat' }));
    expect(await within(await main().findByRole('alert')).findByText(/duraklatılamaz/)).toBeTruthy();
  });

  it('offers no pause to those who may only read', async () => {
    await serve((call) => (call.path === '/v1/session' ? json({ ...SESSION, permissions: ['*.read'] }) : undefined));
    await renderApp('/campaigns/spring-hello');
    await main().findByRole('progressbar');
    expect(main().queryByRole('button', { name: 'Pause campaign' })).toBeNull();
  });

  it('knows its speed once two samples differ', () => {
    expect(speedOf([{ at: 0, done: 10 }])).toBeUndefined();
    expect(
      speedOf([
        { at: 0, done: 10 },
        { at: 2000, done: 94 },
      ]),
    ).toBe(42);
    expect(
      speedOf([
        { at: 0, done: 10 },
        { at: 100, done: 94 },
      ]),
    ).toBeUndefined();
  });
});

describe('the recipients', () => {
  it('are those of the filter, with the reason, and as many as the campaign says', async () => {
    const calls = await serve();
    await renderApp('/campaigns/win-back/recipients?state=REFUSED&reason=NO_CONSENT');
    const grid = await screen.findByRole('grid');
    expect(grid.getAttribute('aria-rowcount')).toBe('60');
    expect(within(grid).getAllByText('no consent for this purpose').length).toBeGreaterThan(3);
    await waitFor(() => expect(within(grid).getByText('Şule Dixon 20')).toBeTruthy());
    expect(calls.find((call) => call.path === '/v1/messages')?.query).toMatchObject({
      originator: 'campaigns/win-back',
      state: 'STATE_REFUSED',
      reason: 'NO_CONSENT',
    });
    expect(main().getByText(/Names and addresses are made up/)).toBeTruthy();
  });

  it('count by state and by reason', () => {
    const outcome = outcomeOf({
      audience: '10',
      requested: '10',
      accepted: '7',
      refused: { NO_CONSENT: '2', SUPPRESSED: '1' },
      delivered: '5',
    });
    expect(expectedCount(outcome, undefined, undefined)).toBe(10);
    expect(expectedCount(outcome, 'ACCEPTED', undefined)).toBe(2);
    expect(expectedCount(outcome, 'REFUSED', undefined)).toBe(3);
    expect(expectedCount(outcome, 'REFUSED', 'NO_CONSENT')).toBe(2);
    expect(expectedCount(outcome, 'REFUSED', 'NO_ADDRESS')).toBe(0);
  });
});

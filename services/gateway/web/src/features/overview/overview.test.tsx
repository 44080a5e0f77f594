import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { json, problem, renderApp, serve } from '../../testing/app';
import { newestFinished } from './queries';

const main = () => within(screen.getByRole('main'));

describe('the overview', () => {
  it('compares what was predicted with what happened, as a chart and as a table', async () => {
    await serve();
    await renderApp('/');
    expect((await main().findByText('1,660.7')).getAttribute('data-figure')).toBe('holdout.predicted');
    expect(main().getByText(/the model was 12.3% too low/)).toBeTruthy();
    await userEvent.keyboard('t');
    const table = within(await main().findByRole('region', { name: 'Purchases: predicted and actual' }));
    expect(table.getAllByRole('row').length).toBe(40);
    expect(main().getByText('7 or more')).toBeTruthy();
    expect((await main().findByText('482')).getAttribute('data-figure')).toBe('segment.size');
  });

  it('speaks Turkish with Turkish numbers', async () => {
    await serve();
    await renderApp('/', 'tr');
    expect(await main().findByText('1.660,7')).toBeTruthy();
    expect(main().getByRole('heading', { level: 1, name: 'Genel bakış' })).toBeTruthy();
    expect((await main().findByRole('link', { name: 'bu amaç için izin yok' })).getAttribute('href')).toBe(
      '/campaigns/win-back/recipients?state=REFUSED&reason=NO_CONSENT',
    );
  });

  it('says what is missing when nothing was scored or sent', async () => {
    const empty: Record<string, unknown> = { '/v1/scoringRuns': {}, '/v1/segments': {}, '/v1/campaigns': {} };
    await serve((call) => (call.path in empty ? json(empty[call.path]) : undefined));
    await renderApp('/');
    for (const text of ['Nothing has been scored yet', 'There are no segments yet', 'Nothing has been sent yet']) {
      expect(await main().findByText(text)).toBeTruthy();
    }
  });

  it('keeps the other panels when one cannot be read', async () => {
    await serve((call) =>
      call.path === '/v1/campaigns'
        ? problem(403, 'PERMISSION_DENIED', 'PERMISSION_MISSING', '', { metadata: { permission: 'campaigns.read' } })
        : undefined,
    );
    await renderApp('/');
    expect(await main().findByText(/The campaigns could not be read/)).toBeTruthy();
    expect(await main().findByText(/Ask an administrator for the permission “campaigns.read”/)).toBeTruthy();
    expect(await main().findByText('1,660.7')).toBeTruthy();
  });

  it('takes the newest run that is complete', () => {
    const runs = [
      { name: 'c', state: 'STATE_RUNNING' as const },
      { name: 'b', state: 'STATE_SUCCEEDED' as const },
      { name: 'a', state: 'STATE_SUCCEEDED' as const },
    ];
    expect(newestFinished(runs)?.name).toBe('b');
    expect(newestFinished([{ name: 'x', state: 'STATE_FAILED' }])).toBeUndefined();
  });
});

import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { json, renderApp, SESSION, serve } from '../../testing/app';

describe('the status page', () => {
  it('shows every service and what waits for Kafka', async () => {
    await serve();
    await renderApp('/system');
    const table = within(await screen.findByRole('table'));
    expect(table.getAllByRole('row').length).toBe(6);
    expect(table.getByText('vefa.campaign.v1')).toBeTruthy();
    expect(table.getAllByText('Serving').length).toBe(5);
  });

  it('says loudly that events will not last, and which service is gone', async () => {
    const status = { services: [{ name: 'contact', state: 'UNREACHABLE' }], eventsVolatile: true };
    await serve((call) => {
      if (call.path === '/v1/status') return json(status);
      return call.path === '/v1/session' ? json({ ...SESSION, eventsVolatile: true }) : undefined;
    });
    await renderApp('/system', 'tr');
    expect(await screen.findByText('Ulaşılamıyor')).toBeTruthy();
    expect((await screen.findAllByText(/Olaylar yeniden başlatmada kaybolur/)).length).toBe(2);
    expect(screen.getByText('0 / 1')).toBeTruthy();
  });
});

import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { renderApp, serve } from '../../testing/app';
import { type Catalog, reached } from './queries';

describe('the event catalogue', () => {
  it('lists every kind with its privacy and opens fields, example and bytes', async () => {
    await serve();
    await renderApp('/events/catalogue');
    const type = await screen.findByText('contact.created');
    const row = within(type.closest('details') as HTMLElement);
    expect(row.getByText('Personal, encrypted')).toBeTruthy();
    expect(row.queryByRole('table')).toBeNull();
    await userEvent.click(type);
    expect((await row.findAllByRole('table')).length).toBeGreaterThan(1);
    expect(row.getByText(/"hasEmail": true/)).toBeTruthy();
    expect(row.getByText('0a020801')).toBeTruthy();
  });

  it('finds by type and by word, and says when nothing matches', async () => {
    await serve();
    await renderApp('/events/catalogue', 'tr');
    const field = await screen.findByRole('searchbox');
    await screen.findByText('contact.created');
    await userEvent.type(field, 'erased');
    expect(screen.queryByText('contact.created')).toBeNull();
    expect(screen.getByText('contact.erased')).toBeTruthy();
    await userEvent.type(field, 'x');
    expect(await screen.findByText('Eşleşen olay türü yok')).toBeTruthy();
  });
});

it('meets a message that holds itself once', () => {
  const field = { name: 'not', jsonName: 'not', number: 1, type: 'vefa.a.v1.Tree', comment: '' };
  const catalog = { streams: [], enums: {}, messages: { 'vefa.a.v1.Tree': { comment: '', fields: [field] } } } as Catalog;
  expect(reached(catalog, 'vefa.a.v1.Tree')).toEqual(['vefa.a.v1.Tree']);
});

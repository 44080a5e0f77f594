import { describe, expect, it } from 'vitest';
import { contactOf, effectOf } from './live-queries';
import { doneShare, outcomeOf } from './outcome';
import { parsePreferences } from './preferences';
import { parseSearch, readEvents, readPeople, readRecipients, stringifySearch } from './search';
import { isAllowed, safeBack } from './session';

describe('addresses', () => {
  it('keeps what it understands and names what it does not', () => {
    expect(readPeople({ sort: 'display_name desc' })).toEqual({ sort: 'display_name desc' });
    expect(readPeople({ sort: 'shoe_size' })).toEqual({ notice: 'sort' });
    expect(readRecipients({ state: 'REFUSED', reason: 'NO_CONSENT' })).toEqual({ state: 'REFUSED', reason: 'NO_CONSENT' });
    expect(readRecipients({ state: '<b>', reason: 'no' })).toEqual({ notice: 'state reason' });
    expect(readEvents({ type: 'consent.*', subject: 'contacts/1' })).toEqual({ type: 'consent.*', subject: 'contacts/1' });
  });
  it('writes plain pairs', () => {
    const search = { state: 'REFUSED', reason: undefined, note: 'a b&c' };
    expect(parseSearch(stringifySearch(search))).toEqual({ state: 'REFUSED', note: 'a b&c' });
    expect(stringifySearch({})).toBe('');
  });
  it('goes back only to a page of its own', () => {
    expect(safeBack('/people?sort=external_id')).toBe('/people?sort=external_id');
    for (const evil of ['//evil.example', 'https://evil.example', '/\\evil.example', '/sign-in?back=/', undefined])
      expect(safeBack(evil)).toBe('/');
  });
});

describe('permissions', () => {
  it('knows wildcards', () => {
    expect(isAllowed(['*'], 'campaigns.run')).toBe(true);
    expect(isAllowed(['*.read'], 'contacts.read')).toBe(true);
    expect(isAllowed(['*.read'], 'campaigns.run')).toBe(false);
    expect(isAllowed(undefined, 'contacts.read')).toBe(false);
  });
});

describe('preferences', () => {
  it('falls back from whatever is stored', () => {
    expect(parsePreferences(null, 'tr-TR').language).toBe('tr');
    expect(parsePreferences('not json', 'de')).toEqual({ language: 'en', theme: 'system', density: 'normal', letterKeys: true });
    expect(parsePreferences('{"theme":"purple","letterKeys":false}', 'en')).toMatchObject({ theme: 'system', letterKeys: false });
    expect(parsePreferences('null', 'en').density).toBe('normal');
  });
});

describe('the numbers of a campaign', () => {
  const progress = {
    audience: '393',
    requested: '393',
    accepted: '314',
    refused: { NO_CONSENT: '40', CONSENT_WITHDRAWN: '39' },
    delivered: '240',
    bounced: '11',
    failed: '0',
    unknown: '0',
  };
  it('add up', () => {
    const outcome = outcomeOf(progress);
    expect(outcome).toMatchObject({ refused: 79, underway: 63, waiting: 0, addsUp: true });
    expect(outcome.reasons.map((each) => each.reason)).toEqual(['NO_CONSENT', 'CONSENT_WITHDRAWN']);
    expect(doneShare(outcome)).toBeCloseTo(330 / 393);
  });
  it('say when they do not', () => {
    expect(outcomeOf({ ...progress, delivered: '400' }).addsUp).toBe(false);
    expect(outcomeOf({ ...progress, requested: '300' }).addsUp).toBe(false);
    expect(outcomeOf(undefined)).toMatchObject({ audience: 0, addsUp: true });
  });
});

describe('what an event changes', () => {
  it('finds the person in the subject or in the data', () => {
    expect(contactOf({ id: '1', type: 'score.changed', subject: 'contacts/7/score' })).toBe('contacts/7');
    const delivered = { '@type': 'x', delivered: { message: { contact: 'contacts/8' } } };
    expect(contactOf({ id: '1', type: 'message.delivered', subject: 'messages/1', payload: delivered })).toBe('contacts/8');
    expect(
      contactOf({
        id: '1',
        type: 'order.placed',
        subject: 'orders/1',
        payload: { '@type': 'x', orderPlaced: { contact: 'contacts/9' } },
      }),
    ).toBe('contacts/9');
    expect(contactOf({ id: '1', type: 'model.fitted', payload: { '@type': 'x', modelFitted: null } })).toBeUndefined();
  });
  it('reads numbers again and only marks lists', () => {
    const effect = effectOf({ id: '1', type: 'message.bounced', subject: 'messages/1' });
    expect(effect.refetch).toEqual([['campaigns']]);
    expect(effect.stale).toEqual([['messages']]);
    expect(effectOf({ id: '1', type: 'something.new' })).toEqual({ refetch: [], stale: [] });
  });
});

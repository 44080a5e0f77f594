import type { Channel, Consent, Contact, Suppression } from '../../api/types';

/** May we write to this person? One verdict for each purpose and channel anything is known of. */
export interface Verdict {
  kind: 'granted' | 'withdrawn' | 'suppressed' | 'noAddress' | 'neverAsked';
  purpose: string;
  channel: Channel;
  since: string | undefined;
  /** Why the address is closed, when it is. */
  reason: string;
}

function closedBy(suppressions: Suppression[], purpose: string, channel: Channel): Suppression | undefined {
  return suppressions.find((each) => each.channel === channel && (!each.purpose || each.purpose === purpose));
}

/**
 * The same order as the policy gate: what was said comes first, then whether the address is open.
 * A consent that was given does not help where the address came back or was unsubscribed.
 */
export function verdicts(contact: Contact, states: Consent[], suppressions: Suppression[]): Verdict[] {
  const known = states.filter((consent) => consent.state === 'STATE_GRANTED' || consent.state === 'STATE_WITHDRAWN');
  if (known.length === 0) {
    return [{ kind: 'neverAsked', purpose: '', channel: 'CHANNEL_UNSPECIFIED', since: undefined, reason: '' }];
  }
  return known.map((consent) => {
    const purpose = consent.purpose ?? '';
    const channel = consent.channel ?? 'CHANNEL_UNSPECIFIED';
    const base = { purpose, channel, since: consent.occurTime, reason: '' };
    if (consent.state === 'STATE_WITHDRAWN') return { ...base, kind: 'withdrawn' };
    const closed = closedBy(suppressions, purpose, channel);
    if (closed) return { ...base, kind: 'suppressed', since: closed.createTime, reason: closed.reason ?? '' };
    if (channel === 'CHANNEL_EMAIL' && !contact.email) return { ...base, kind: 'noAddress' };
    return { ...base, kind: 'granted' };
  });
}

import { useEffect, useRef, useState } from 'react';
import { live } from '../../api/live';
import type { VefaEvent } from '../../api/types';

/** How often the list repaints while events come in. */
const REPAINT_MS = 250;

/** Every type the services publish now. A newer one is shown all the same, by its code. */
export const EVENT_TYPES = [
  'contact.created',
  'contact.updated',
  'contact.erased',
  'consent.granted',
  'consent.withdrawn',
  'contact_point.added',
  'contact_point.changed',
  'contact_point.removed',
  'lifecycle.changed',
  'contact.merged',
  'contact.unmerged',
  'preferences.changed',
  'note.added',
  'note.changed',
  'note.removed',
  'identity.linked',
  'identity.unlinked',
  'processing_limits.changed',
  'rights_request.received',
  'rights_request.updated',
  'rights_request.closed',
  'lead_score.crossed',
  'persona.changed',
  'interests.changed',
  'consent.changed',
  'purpose.created',
  'purpose.updated',
  'purpose.published',
  'organization.created',
  'organization.updated',
  'organization.archived',
  'affiliation.created',
  'affiliation.updated',
  'affiliation.ended',
  'relationship.opened',
  'relationship.updated',
  'relationship.closed',
  'relationship.accountability_lost',
  'relationship.accountability_restored',
  'responsibility.assigned',
  'responsibility.ended',
  'responsibility.transferred',
  'boundary.set',
  'boundary.lifted',
  'order.placed',
  'score.changed',
  'model.fitted',
  'segment.created',
  'template.created',
  'campaign.created',
  'campaign.started',
  'campaign.paused',
  'campaign.resumed',
  'campaign.completed',
  'message.accepted',
  'message.refused',
  'message.delivered',
  'message.bounced',
  'message.failed',
  'message.unknown',
  'message.unsubscribed',
  'suppression.added',
  'suppression.lifted',
] as const;

export interface Filter {
  /** `consent.granted`, or `consent.*` for all of a noun. */
  type?: string;
  /** Part of the subject's resource name. */
  subject?: string;
}

export function passes(event: VefaEvent, filter: Filter): boolean {
  if (filter.type?.endsWith('.*') && !event.type.startsWith(filter.type.slice(0, -1))) return false;
  if (filter.type && !filter.type.endsWith('.*') && event.type !== filter.type) return false;
  return !filter.subject || (event.subject ?? '').includes(filter.subject);
}

export interface Followed {
  /** Newest first. */
  events: VefaEvent[];
  /** Events that came since the list was held. */
  waiting: number;
}

/**
 * The events of this tab, newest first. While `held`, the list stays as it is and only the number
 * of new ones grows: nothing moves under the reader.
 */
export function useEvents(filter: Filter, held: boolean): Followed {
  const { type, subject } = filter;
  const [, repaint] = useState(0);
  const frozen = useRef<VefaEvent[] | undefined>(undefined);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = live.onEvent(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        repaint((count) => count + 1);
      }, REPAINT_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, []);
  const all = live.events;
  if (!held) frozen.current = undefined;
  else frozen.current ??= [...all];
  const shown = frozen.current ?? all;
  const events = shown.filter((event) => passes(event, { type, subject })).reverse();
  return { events, waiting: held ? countAfter(all, shown.at(-1), { type, subject }) : 0 };
}

/** How many that pass the filter came after the last one shown. */
export function countAfter(all: VefaEvent[], last: VefaEvent | undefined, filter: Filter): number {
  let count = 0;
  for (let index = all.length - 1; index >= 0; index--) {
    const event = all[index];
    if (!event || event.id === last?.id) break;
    if (passes(event, filter)) count++;
  }
  return count;
}

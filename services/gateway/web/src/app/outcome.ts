import type { Campaign, CampaignProgress } from '../api/types';
import { toCount } from '../i18n/format';

/** A campaign's numbers, with those that follow from the others. */
export interface Outcome {
  audience: number;
  requested: number;
  waiting: number;
  accepted: number;
  refused: number;
  reasons: { reason: string; count: number }[];
  delivered: number;
  bounced: number;
  failed: number;
  unknown: number;
  underway: number;
  /** False while a count is behind another one; the page then says so. */
  addsUp: boolean;
}

/**
 * audience = requested + waiting; requested = accepted + refused; accepted = delivered + bounced +
 * failed + unknown + under way. What does not add up is never hidden by rounding it to zero.
 */
export function outcomeOf(progress: CampaignProgress | undefined): Outcome {
  const count = (name: Exclude<keyof CampaignProgress, 'refused'>) => toCount(progress?.[name]);
  const reasons = Object.entries(progress?.refused ?? {})
    .map(([reason, value]) => ({ reason, count: toCount(value) }))
    .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
  const refused = reasons.reduce((sum, each) => sum + each.count, 0);
  const accepted = count('accepted');
  const requested = count('requested');
  const finished = count('delivered') + count('bounced') + count('failed') + count('unknown');
  const waiting = count('audience') - requested;
  const underway = accepted - finished;
  return {
    audience: count('audience'),
    requested,
    waiting: Math.max(0, waiting),
    accepted,
    refused,
    reasons,
    delivered: count('delivered'),
    bounced: count('bounced'),
    failed: count('failed'),
    unknown: count('unknown'),
    underway: Math.max(0, underway),
    addsUp: waiting >= 0 && underway >= 0 && requested === accepted + refused,
  };
}

/** Done share of a campaign, 0 to 1: everyone of the audience is refused or has an outcome. */
export function doneShare(outcome: Outcome): number {
  if (outcome.audience === 0) return 0;
  return Math.min(1, (outcome.refused + outcome.accepted - outcome.underway) / outcome.audience);
}

export function campaignTitle(campaign: Campaign): string {
  return campaign.displayName || campaign.name.slice(campaign.name.indexOf('/') + 1);
}

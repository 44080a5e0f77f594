import {
  AlertTriangle,
  Ban,
  CheckCircle2,
  CircleHelp,
  Clock,
  CornerUpLeft,
  type LucideIcon,
  MinusCircle,
  Pause,
  Pencil,
  Play,
  XCircle,
} from 'lucide-react';
import type { ReactNode } from 'react';
import type { CampaignState, ConsentState, MessageState } from '../../api/types';
import { useWords } from '../../i18n/i18n';

export type Tone = 'good' | 'warning' | 'bad' | 'info' | 'neutral';

/** A status: icon, word and colour together, never the colour alone. */
export function Badge({ tone, icon: Icon, children }: { tone: Tone; icon?: LucideIcon; children: ReactNode }) {
  return (
    <span className={`badge tone-${tone}`}>
      {Icon ? <Icon className="icon" aria-hidden /> : null}
      <span>{children}</span>
    </span>
  );
}

const MESSAGE: Record<MessageState, [Tone, LucideIcon]> = {
  STATE_UNSPECIFIED: ['neutral', CircleHelp],
  STATE_REFUSED: ['warning', Ban],
  STATE_ACCEPTED: ['info', Clock],
  STATE_DELIVERED: ['good', CheckCircle2],
  STATE_BOUNCED: ['bad', CornerUpLeft],
  STATE_FAILED: ['bad', XCircle],
  STATE_UNKNOWN: ['neutral', CircleHelp],
};

export function MessageBadge({ state = 'STATE_UNSPECIFIED' }: { state?: MessageState }) {
  const { code } = useWords();
  const [tone, icon] = MESSAGE[state] ?? MESSAGE.STATE_UNSPECIFIED;
  return (
    <Badge tone={tone} icon={icon}>
      {code('message.state', state)}
    </Badge>
  );
}

const CAMPAIGN: Record<CampaignState, [Tone, LucideIcon]> = {
  STATE_UNSPECIFIED: ['neutral', CircleHelp],
  STATE_DRAFT: ['neutral', Pencil],
  STATE_RUNNING: ['info', Play],
  STATE_PAUSED: ['warning', Pause],
  STATE_COMPLETED: ['good', CheckCircle2],
};

export function CampaignBadge({ state = 'STATE_UNSPECIFIED' }: { state?: CampaignState }) {
  const { code } = useWords();
  const [tone, icon] = CAMPAIGN[state] ?? CAMPAIGN.STATE_UNSPECIFIED;
  return (
    <Badge tone={tone} icon={icon}>
      {code('campaign.state', state)}
    </Badge>
  );
}

const CONSENT: Record<ConsentState, [Tone, LucideIcon]> = {
  STATE_UNSPECIFIED: ['neutral', MinusCircle],
  STATE_GRANTED: ['good', CheckCircle2],
  STATE_WITHDRAWN: ['warning', Ban],
};

export function ConsentBadge({ state = 'STATE_UNSPECIFIED' }: { state?: ConsentState }) {
  const { code } = useWords();
  const [tone, icon] = CONSENT[state] ?? CONSENT.STATE_UNSPECIFIED;
  return (
    <Badge tone={tone} icon={icon}>
      {code('consent.state', state)}
    </Badge>
  );
}

export function Note({ tone, icon: Icon = AlertTriangle, children }: { tone: Tone; icon?: LucideIcon; children: ReactNode }) {
  return (
    <div className={`note tone-${tone}`}>
      <Icon className="icon" aria-hidden />
      <div>{children}</div>
    </div>
  );
}

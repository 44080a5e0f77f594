import { Activity, HeartPulse, LayoutDashboard, type LucideIcon, Megaphone, Search, UsersRound } from 'lucide-react';
import type { RefObject } from 'react';
import icon from '../design/icon.svg';
import { useWords } from '../i18n/i18n';
import type { MessageId } from '../i18n/ids';
import { useLiveState } from './live-queries';
import { Link } from './navigation';
import { isAllowed, useSession } from './session';

export interface Place {
  to: '/' | '/people' | '/campaigns' | '/events' | '/system';
  label: MessageId;
  go: MessageId;
  key: string;
  icon: LucideIcon;
  permission: string;
}

const PLACES: Place[] = [
  { to: '/', label: 'nav.overview', go: 'go.overview', key: 'o', icon: LayoutDashboard, permission: 'scores.read' },
  { to: '/people', label: 'nav.people', go: 'go.people', key: 'p', icon: UsersRound, permission: 'contacts.read' },
  { to: '/campaigns', label: 'nav.campaigns', go: 'go.campaigns', key: 'c', icon: Megaphone, permission: 'campaigns.read' },
  { to: '/events', label: 'nav.events', go: 'go.events', key: 'e', icon: Activity, permission: 'events.read' },
  { to: '/system', label: 'nav.system', go: 'go.system', key: 's', icon: HeartPulse, permission: 'status.read' },
];

/** The places one may go to; a place of which one may see nothing is not offered. */
export function usePlaces(): Place[] {
  const { permissions } = useSession();
  return PLACES.filter((place) => isAllowed(permissions, place.permission));
}

interface Props {
  account: RefObject<HTMLButtonElement | null>;
  accountOpen: boolean;
  onAccount: () => void;
  onSearch: () => void;
}

/** Where one is and can go: a side bar, a rail, or on a phone a bar on top and one below. */
export function Side({ account, accountOpen, onAccount, onSearch }: Props) {
  const { t, language } = useWords();
  const session = useSession();
  return (
    <header className="side">
      <Link to="/" className="brand">
        <img src={icon} alt="" />
        <span>Vefa</span>
        <span className="meta">{session.tenant}</span>
      </Link>
      <button type="button" className="button find" title={t('palette.title')} onClick={onSearch}>
        <Search className="icon" aria-hidden />
        <span>{t('palette.short')}</span>
        <kbd>Ctrl K</kbd>
      </button>
      <nav className="nav" aria-label={t('nav.label')}>
        {usePlaces().map(({ to, label, icon: Icon }) => (
          <Link
            key={to}
            to={to}
            preload="intent"
            className="nav-link"
            activeOptions={{ exact: to === '/', includeSearch: false }}
          >
            <Icon className="icon" aria-hidden />
            <span>{t(label)}</span>
          </Link>
        ))}
      </nav>
      <div className="side-foot">
        <LiveState />
        <button
          type="button"
          className="account"
          ref={account}
          aria-haspopup="menu"
          aria-expanded={accountOpen}
          onClick={onAccount}
        >
          <span className="account-mark">
            {(session.displayName ?? session.email ?? '?').slice(0, 1).toLocaleUpperCase(language)}
          </span>
          <span className="visually-hidden">{t('account.menu')}</span>
          <span className="account-name">
            <span>{session.displayName}</span>
            <span className="meta">{session.email}</span>
          </span>
        </button>
      </div>
    </header>
  );
}

function LiveState() {
  const { t } = useWords();
  const state = useLiveState();
  const text = t(`live.${state}`);
  return (
    <div className="live-state" title={text}>
      <span className="live-dot" data-state={state} aria-hidden />
      <span className="visually-hidden">{text}</span>
      <span aria-hidden>{text}</span>
    </div>
  );
}

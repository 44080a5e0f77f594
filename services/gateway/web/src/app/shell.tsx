import { useQueryClient } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { Activity, HeartPulse, LayoutDashboard, type LucideIcon, Megaphone, Search, UsersRound, WifiOff } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { live } from '../api/live';
import { deleteSession } from '../api/resources';
import { listenToKeys } from '../commands/keys';
import { type Command, useCommands } from '../commands/registry';
import icon from '../design/icon.svg';
import { useWords } from '../i18n/i18n';
import type { MessageId } from '../i18n/ids';
import { Announcer } from './announcer';
import { followEvents, useLiveState } from './live-queries';
import { Link, useNavigate } from './navigation';
import { preferences, setPreferences } from './preferences';
import { isAllowed, useSession } from './session';
import { endSession } from './sign-out';
import './shell.css';

const AccountMenu = lazy(() => import('./account-menu'));
const Palette = lazy(() => import('../commands/palette'));
const Help = lazy(() => import('../commands/help'));

type Path = '/' | '/people' | '/campaigns' | '/events' | '/system';
const PLACES: { to: Path; label: MessageId; go: MessageId; key: string; icon: LucideIcon; permission: string }[] = [
  { to: '/', label: 'nav.overview', go: 'go.overview', key: 'o', icon: LayoutDashboard, permission: 'scores.read' },
  { to: '/people', label: 'nav.people', go: 'go.people', key: 'p', icon: UsersRound, permission: 'contacts.read' },
  { to: '/campaigns', label: 'nav.campaigns', go: 'go.campaigns', key: 'c', icon: Megaphone, permission: 'campaigns.read' },
  { to: '/events', label: 'nav.events', go: 'go.events', key: 'e', icon: Activity, permission: 'events.read' },
  { to: '/system', label: 'nav.system', go: 'go.system', key: 's', icon: HeartPulse, permission: 'status.read' },
];

type Open = 'palette' | 'help' | 'account' | undefined;

/** What is around every page: navigation, search, account, keys, and the live stream behind it. */
export function Shell() {
  const { t, language } = useWords();
  const navigate = useNavigate();
  const client = useQueryClient();
  const session = useSession();
  const [open, setOpen] = useState<Open>(undefined);
  const account = useRef<HTMLButtonElement>(null);
  const close = () => setOpen(undefined);
  const places = PLACES.filter((place) => isAllowed(session.permissions, place.permission));
  const tag = `${session.tenantId ?? ''}/${session.email ?? ''}`;

  useEffect(() => listenToKeys(() => preferences().letterKeys), []);
  useEffect(() => {
    live.onSignedOut = () => endSession(client, navigate, true);
    live.start(tag);
    const stop = followEvents(client);
    return () => {
      stop();
      live.stop();
    };
  }, [client, navigate, tag]);

  const signOut = async () => {
    // Signed out here even if the server cannot be told: the session there runs out by itself.
    await deleteSession().catch(() => undefined);
    live.stop(true);
    endSession(client, navigate, false);
  };
  const commands: Command[] = [
    ...places.map<Command>((place) => ({
      id: place.go,
      label: place.go,
      group: 'go',
      keys: ['g', place.key],
      icon: place.icon,
      run: () => void navigate({ to: place.to }),
    })),
    { id: 'palette', label: 'palette.title', group: 'view', keys: ['Ctrl+k'], run: () => setOpen('palette') },
    { id: 'help', label: 'keys.title', group: 'view', keys: ['?'], run: () => setOpen('help') },
    { id: 'language', label: 'account.switchLanguage', group: 'view', run: () => setPreferences({ language: language === 'tr' ? 'en' : 'tr' }) },
    { id: 'theme', label: 'account.switchTheme', group: 'view', run: switchTheme },
    { id: 'sign-out', label: 'account.signOut', group: 'account', run: () => void signOut() },
  ];
  useCommands(commands.filter((command) => command.id !== 'palette' || open !== 'palette'));

  return (
    <>
      {/* biome-ignore lint/a11y/useValidAnchor: a link by nature, but the address must not change */}
      <a
        className="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById('main')?.focus();
        }}
      >
        {t('app.skip')}
      </a>
      <div className="shell">
        <header className="side">
          <Link to="/" className="brand">
            <img src={icon} alt="" />
            <span>Vefa</span>
            <span className="meta">{session.tenant}</span>
          </Link>
          <button type="button" className="button find" title={t('palette.title')} onClick={() => setOpen('palette')}>
            <Search className="icon" aria-hidden />
            <span>{t('palette.short')}</span>
            <kbd>Ctrl K</kbd>
          </button>
          <nav className="nav" aria-label={t('nav.label')}>
            {places.map(({ to, label, icon: Icon }) => (
              <Link key={to} to={to} preload="intent" className="nav-link" activeOptions={{ exact: to === '/', includeSearch: false }}>
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
              aria-expanded={open === 'account'}
              onClick={() => setOpen('account')}
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
        <main id="main" tabIndex={-1}>
          <Bars />
          <Outlet />
        </main>
      </div>
      <Suspense>
        {open === 'palette' ? <Palette onClose={close} /> : null}
        {open === 'help' ? <Help onClose={close} /> : null}
        {open === 'account' ? (
          <AccountMenu trigger={account} onClose={close} onHelp={() => setTimeout(() => setOpen('help'))} onSignOut={() => void signOut()} />
        ) : null}
      </Suspense>
      <Announcer />
    </>
  );
}

function switchTheme(): void {
  const { theme } = preferences();
  const dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  setPreferences({ theme: dark ? 'light' : 'dark' });
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

/** What concerns every page at once: no connection, events that will not last. */
function Bars() {
  const { t } = useWords();
  const { eventsVolatile } = useSession();
  const lost = useLiveState() === 'lost';
  return (
    <>
      {lost ? (
        <div className="bar tone-warning" role="status">
          <WifiOff className="icon" aria-hidden />
          {t('live.lostBar')}
        </div>
      ) : null}
      {eventsVolatile ? (
        <div className="bar tone-warning" role="status">
          <Activity className="icon" aria-hidden />
          {t('live.volatile')}
        </div>
      ) : null}
    </>
  );
}

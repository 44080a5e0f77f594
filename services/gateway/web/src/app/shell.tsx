import { useQueryClient } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { Activity, WifiOff } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { live } from '../api/live';
import { deleteSession } from '../api/resources';
import { listenToKeys } from '../commands/keys';
import { type Command, useCommands } from '../commands/registry';
import { useWords } from '../i18n/i18n';
import { Announcer } from './announcer';
import { followEvents, useLiveState } from './live-queries';
import { useNavigate } from './navigation';
import { preferences, setPreferences } from './preferences';
import { useSession } from './session';
import './shell.css';
import { Side, usePlaces } from './side';
import { endSession } from './sign-out';

const AccountMenu = lazy(() => import('./account-menu'));
const Palette = lazy(() => import('../commands/palette'));
const Help = lazy(() => import('../commands/help'));

type Open = 'palette' | 'help' | 'account' | undefined;

/** What is around every page: navigation, search, account, keys, and the live stream behind it. */
export function Shell() {
  const [open, setOpen] = useState<Open>(undefined);
  const account = useRef<HTMLButtonElement>(null);
  const signOut = useSignOut();
  const close = () => setOpen(undefined);
  useLiveStream();
  useShellCommands(setOpen, signOut);
  useEffect(() => listenToKeys(() => preferences().letterKeys), []);
  return (
    <>
      <SkipLink />
      <div className="shell">
        <Side
          account={account}
          accountOpen={open === 'account'}
          onAccount={() => setOpen('account')}
          onSearch={() => setOpen('palette')}
        />
        <main id="main" tabIndex={-1}>
          <Bars />
          <Outlet />
        </main>
      </div>
      <Suspense>
        {open === 'palette' ? <Palette onClose={close} /> : null}
        {open === 'help' ? <Help onClose={close} /> : null}
        {open === 'account' ? (
          <AccountMenu trigger={account} onClose={close} onHelp={() => setTimeout(() => setOpen('help'))} onSignOut={signOut} />
        ) : null}
      </Suspense>
      <Announcer />
    </>
  );
}

/** Reads the live stream for as long as the session is the same, and keeps what is on screen current. */
function useLiveStream(): void {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { tenantId = '', email = '' } = useSession();
  useEffect(() => {
    live.onSignedOut = () => endSession(client, navigate, true);
    live.start(`${tenantId}/${email}`);
    const stop = followEvents(client);
    return () => {
      stop();
      live.stop();
    };
  }, [client, navigate, tenantId, email]);
}

function useSignOut(): () => void {
  const client = useQueryClient();
  const navigate = useNavigate();
  return async () => {
    // Signed out here even if the server cannot be told: the session there runs out by itself.
    await deleteSession().catch(() => undefined);
    live.stop(true);
    endSession(client, navigate, false);
  };
}

function useShellCommands(setOpen: (open: Open) => void, signOut: () => void): void {
  const { language } = useWords();
  const navigate = useNavigate();
  const other = language === 'tr' ? 'en' : 'tr';
  const going = usePlaces().map<Command>((place) => ({
    id: place.go,
    label: place.go,
    group: 'go',
    keys: ['g', place.key],
    icon: place.icon,
    run: () => void navigate({ to: place.to }),
  }));
  useCommands([
    ...going,
    { id: 'palette', label: 'palette.title', group: 'view', keys: ['Ctrl+k'], run: () => setOpen('palette') },
    { id: 'help', label: 'keys.title', group: 'view', keys: ['?'], run: () => setOpen('help') },
    { id: 'language', label: 'account.switchLanguage', group: 'view', run: () => setPreferences({ language: other }) },
    { id: 'theme', label: 'account.switchTheme', group: 'view', run: switchTheme },
    { id: 'sign-out', label: 'account.signOut', group: 'account', run: signOut },
  ]);
}

function switchTheme(): void {
  const { theme } = preferences();
  const dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  setPreferences({ theme: dark ? 'light' : 'dark' });
}

function SkipLink() {
  const { t } = useWords();
  return (
    // biome-ignore lint/a11y/useValidAnchor: a link by nature, but the address must not change
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

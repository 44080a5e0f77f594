import { Check, Keyboard, LogOut } from 'lucide-react';
import type { RefObject } from 'react';
import { Header, Menu, MenuItem, MenuSection } from '../design/primitives/menu';
import { Pop } from '../design/primitives/overlay';
import { useWords } from '../i18n/i18n';
import type { MessageId } from '../i18n/ids';
import { type Density, type Language, type Preferences, setPreferences, type Theme, usePreferences } from './preferences';
import { useSession } from './session';

interface Props {
  trigger: RefObject<HTMLElement | null>;
  onClose: () => void;
  onHelp: () => void;
  onSignOut: () => void;
}

const LANGUAGES: [Language, MessageId][] = [
  ['tr', 'account.language.tr'],
  ['en', 'account.language.en'],
];
const THEMES: [Theme, MessageId][] = [
  ['system', 'account.theme.system'],
  ['light', 'account.theme.light'],
  ['dark', 'account.theme.dark'],
];
const DENSITIES: [Density, MessageId][] = [
  ['compact', 'account.density.compact'],
  ['normal', 'account.density.normal'],
  ['roomy', 'account.density.roomy'],
];

/** Language, theme, density, keys and the way out. Loaded when first opened. */
export default function AccountMenu({ trigger, onClose, onHelp, onSignOut }: Props) {
  const { t } = useWords();
  const saved = usePreferences();
  const session = useSession();
  const choice = <T extends string>(key: keyof Preferences, title: MessageId, options: [T, MessageId][]) => (
    <MenuSection
      className="menu-section"
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[`${key}:${saved[key]}`]}
      aria-label={t(title)}
    >
      <Header className="menu-title">{t(title)}</Header>
      {options.map(([value, label]) => (
        <MenuItem
          key={value}
          id={`${key}:${value}`}
          className="menu-item"
          textValue={t(label)}
          onAction={() => setPreferences({ [key]: value })}
        >
          <span className="grow" lang={key === 'language' ? value : undefined}>
            {t(label)}
          </span>
          {saved[key] === value ? <Check className="icon" aria-hidden /> : null}
        </MenuItem>
      ))}
    </MenuSection>
  );
  return (
    <Pop label={t('account.menu')} trigger={trigger} onClose={onClose}>
      <Menu className="menu" aria-label={t('account.menu')} onClose={onClose} autoFocus="first">
        {choice('language', 'account.language', LANGUAGES)}
        {choice('theme', 'account.theme', THEMES)}
        {choice('density', 'account.density', DENSITIES)}
        <MenuSection className="menu-section" aria-label={session.email}>
          <MenuItem id="keys" className="menu-item" textValue={t('account.keys')} onAction={onHelp}>
            <Keyboard className="icon" aria-hidden />
            <span className="grow">{t('account.keys')}</span>
            <kbd aria-hidden>?</kbd>
          </MenuItem>
          <MenuItem id="sign-out" className="menu-item" textValue={t('account.signOut')} onAction={onSignOut}>
            <LogOut className="icon" aria-hidden />
            <span className="grow">{t('account.signOut')}</span>
          </MenuItem>
        </MenuSection>
      </Menu>
    </Pop>
  );
}

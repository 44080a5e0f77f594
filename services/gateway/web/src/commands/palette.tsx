import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { CornerDownLeft, Search, UserRound, X } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { listContacts } from '../api/resources';
import type { Contact } from '../api/types';
import { idOf, useNavigate } from '../app/navigation';
import { DataNote } from '../app/page';
import { Button } from '../design/primitives/button';
import { Autocomplete, Header, Input, Menu, MenuItem, MenuSection, SearchField } from '../design/primitives/menu';
import { Overlay } from '../design/primitives/overlay';
import { useWords } from '../i18n/i18n';
import { type Command, useAllCommands } from './registry';

const MAX_PEOPLE = 8;
const MIN_LETTERS = 2;

/** Commands with a word that begins with the text, compared the way the language compares letters. */
export function matching(commands: Command[], text: string, nameOf: (command: Command) => string, locale: string): Command[] {
  const fold = (value: string) => value.toLocaleLowerCase(locale).normalize('NFKD').replace(/\p{M}/gu, '').replaceAll('ı', 'i');
  const wanted = fold(text.trim());
  return commands.filter((command) => ` ${fold(nameOf(command))}`.includes(` ${wanted}`));
}

/** People whose name, address or id holds the text; nobody before it has two letters. */
function useFoundPeople(text: string) {
  const wanted = useDeferredValue(text.trim());
  const enabled = wanted.length >= MIN_LETTERS;
  const people = useQuery({
    queryKey: ['people', 'palette', wanted],
    queryFn: ({ signal }) => listContacts({ query: wanted, pageSize: MAX_PEOPLE }, signal),
    enabled,
    placeholderData: keepPreviousData,
  });
  return { contacts: enabled ? (people.data?.contacts ?? []) : [], searching: people.isFetching };
}

/** People and commands by typing: `Ctrl K`, text, `Enter`. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const { t, format } = useWords();
  const [text, setText] = useState('');
  const commands = useAllCommands().filter((command) => command.group !== 'list' && command.id !== 'palette');
  const found = matching(commands, text, (command) => t(command.label), format.locale);
  const { contacts, searching } = useFoundPeople(text);
  const run = (action: () => void) => {
    onClose();
    // After the dialog has given the focus back, so that the action can move it.
    setTimeout(action);
  };
  return (
    <Overlay title={t('palette.title')} onClose={onClose} bare>
      <Autocomplete inputValue={text} onInputChange={setText}>
        <div className="palette-head">
          <SearchField className="palette-field" aria-label={t('palette.title')} autoFocus>
            <Search className="icon muted" aria-hidden />
            <Input className="palette-input" placeholder={t('palette.placeholder')} />
          </SearchField>
          <kbd aria-hidden>Esc</kbd>
          <Button tone="quiet" icon={X} label={t('app.close')} onClick={onClose} />
        </div>
        {/* It scrolls, so the keyboard must be able to reach it. */}
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable region */}
        <section className="palette-list" tabIndex={0} aria-label={t('palette.results')}>
          <Menu
            className="menu"
            aria-label={t('palette.title')}
            renderEmptyState={() => <p className="palette-none">{searching ? t('state.loading') : t('palette.none')}</p>}
          >
            {found.length > 0 ? <CommandSection commands={found} run={run} /> : null}
            {contacts.length > 0 ? <PeopleSection contacts={contacts} run={run} /> : null}
          </Menu>
        </section>
        {contacts.length > 0 ? (
          <div className="palette-note">
            <DataNote contacts={contacts} />
          </div>
        ) : null}
      </Autocomplete>
    </Overlay>
  );
}

type Run = (action: () => void) => void;

function CommandSection({ commands, run }: { commands: Command[]; run: Run }) {
  const { t } = useWords();
  return (
    <MenuSection className="menu-section" aria-label={t('palette.commands')}>
      <Header className="menu-title">{t('palette.commands')}</Header>
      {commands.map((command) => {
        const Icon = command.icon ?? CornerDownLeft;
        return (
          <MenuItem
            key={command.id}
            id={command.id}
            className="menu-item"
            textValue={t(command.label)}
            onAction={() => run(command.run)}
          >
            <Icon className="icon" aria-hidden />
            <span className="grow">{t(command.label)}</span>
            {command.keys?.map((stroke) => (
              <kbd key={stroke} aria-hidden>
                {stroke}
              </kbd>
            ))}
          </MenuItem>
        );
      })}
    </MenuSection>
  );
}

function PeopleSection({ contacts, run }: { contacts: Contact[]; run: Run }) {
  const { t } = useWords();
  const navigate = useNavigate();
  const open = (contact: Contact) => run(() => void navigate({ to: '/people/$id', params: { id: idOf(contact.name) } }));
  return (
    <MenuSection className="menu-section" aria-label={t('palette.people')}>
      <Header className="menu-title">{t('palette.people')}</Header>
      {contacts.map((contact) => (
        <MenuItem
          key={contact.name}
          id={contact.name}
          className="menu-item"
          textValue={contact.displayName ?? contact.name}
          onAction={() => open(contact)}
        >
          <UserRound className="icon" aria-hidden />
          <span className="grow">{contact.displayName}</span>
          <span className="meta">{contact.email ?? contact.externalId}</span>
        </MenuItem>
      ))}
    </MenuSection>
  );
}

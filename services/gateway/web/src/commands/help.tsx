import { setPreferences, usePreferences } from '../app/preferences';
import { Overlay } from '../design/primitives/overlay';
import { useWords } from '../i18n/i18n';
import type { MessageId } from '../i18n/ids';
import { type CommandGroup, useAllCommands } from './registry';

const GROUPS: [CommandGroup, MessageId][] = [
  ['go', 'keys.group.go'],
  ['list', 'keys.group.list'],
  ['page', 'keys.group.page'],
  ['view', 'keys.group.view'],
];

/** The key as it is printed on a keyboard. */
function capOf(stroke: string): string {
  return stroke
    .replace('Ctrl+', 'Ctrl ')
    .replace('Enter', '⏎')
    .replace(/^Ctrl (.)$/, (_, key: string) => `Ctrl ${key.toLocaleUpperCase('en')}`);
}

/** All keys that work here, and the one place where single letters are switched off. */
export default function Help({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const commands = useAllCommands();
  const { letterKeys } = usePreferences();
  return (
    <Overlay title={t('keys.title')} onClose={onClose}>
      <label className="row">
        <input type="checkbox" checked={letterKeys} onChange={(event) => setPreferences({ letterKeys: event.target.checked })} />
        {t('keys.letters')}
      </label>
      {GROUPS.map(([group, title]) => {
        const listed = commands.filter((command) => command.group === group && command.keys);
        if (listed.length === 0) return null;
        return (
          <section key={group} className="stack-tight">
            <h3>{t(title)}</h3>
            <dl className="keys">
              {listed.map((command) => [
                <dt key={`${command.id}-name`}>{t(command.label)}</dt>,
                <dd key={`${command.id}-keys`}>
                  {command.keys?.map((stroke) => (
                    <kbd key={stroke}>{capOf(stroke)}</kbd>
                  ))}
                </dd>,
              ])}
            </dl>
          </section>
        );
      })}
    </Overlay>
  );
}

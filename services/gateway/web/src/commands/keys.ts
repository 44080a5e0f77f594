import { allCommands, type Command } from './registry';

/** How long after `g` the next letter still counts. */
const SEQUENCE_MS = 1_500;

/** A key press as the registry writes it: `Ctrl+k`, `?`, `g`. Command on a Mac counts as Ctrl. */
export function strokeOf(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): string {
  const key = event.key.length === 1 ? event.key.toLocaleLowerCase('en') : event.key;
  const modifiers = `${event.ctrlKey || event.metaKey ? 'Ctrl+' : ''}${event.altKey ? 'Alt+' : ''}`;
  return modifiers + key;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}

function inDialog(): boolean {
  return document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]') !== null;
}

/** Matches strokes against the registry; remembers the beginning of a sequence for a moment. */
export class KeyMatcher {
  private pending: string[] = [];
  private since = 0;

  constructor(private readonly commands: () => Command[] = allCommands) {}

  /** The command that the stroke completes, if any; `waiting` when it may be the start of one. */
  press(stroke: string, now = Date.now()): Command | 'waiting' | undefined {
    if (now - this.since > SEQUENCE_MS) this.pending = [];
    const typed = [...this.pending, stroke];
    const match = this.match(typed);
    if (match !== undefined || this.pending.length === 0) return match;
    // A stroke that does not go on with the sequence may begin another one.
    this.pending = [];
    return this.match([stroke]);
  }

  private match(typed: string[]): Command | 'waiting' | undefined {
    let waiting = false;
    for (const command of this.commands()) {
      const keys = command.keys;
      if (!keys || !typed.every((stroke, index) => keys[index] === stroke)) continue;
      if (keys.length === typed.length) {
        this.pending = [];
        return command;
      }
      waiting = true;
    }
    if (!waiting) return undefined;
    this.pending = typed;
    this.since = Date.now();
    return 'waiting';
  }
}

/**
 * Listens to the whole document. Single letters work only outside fields and dialogs, and not at
 * all when `lettersOn` says so; combinations with Ctrl always work.
 */
export function listenToKeys(lettersOn: () => boolean): () => void {
  const matcher = new KeyMatcher();
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    const stroke = strokeOf(event);
    const combined = stroke.startsWith('Ctrl+') || stroke.startsWith('Alt+');
    if (!combined && (!lettersOn() || isTyping(event.target))) return;
    if (inDialog()) return;
    const found = matcher.press(stroke);
    if (found === undefined) return;
    event.preventDefault();
    if (found !== 'waiting') found.run();
  };
  document.addEventListener('keydown', onKeyDown);
  return () => document.removeEventListener('keydown', onKeyDown);
}

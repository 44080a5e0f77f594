import type { LucideIcon } from 'lucide-react';
import { useEffect, useSyncExternalStore } from 'react';
import type { MessageId } from '../i18n/ids';

export type CommandGroup = 'go' | 'list' | 'page' | 'view' | 'account';

/** One thing the console can do. The palette, the keys and the help sheet all read this list. */
export interface Command {
  id: string;
  label: MessageId;
  group: CommandGroup;
  /** Key strokes in order, for example `['g', 'p']` or `['Ctrl+k']`. */
  keys?: string[];
  icon?: LucideIcon;
  run: () => void;
}

const commands = new Map<string, Command>();
const listeners = new Set<() => void>();
let snapshot: Command[] = [];

function changed(): void {
  snapshot = [...commands.values()];
  for (const listener of listeners) listener();
}

export function allCommands(): Command[] {
  return snapshot;
}

/** Offers commands until the returned function is called. A later registration of an id wins. */
export function register(list: Command[]): () => void {
  for (const command of list) commands.set(command.id, command);
  changed();
  return () => {
    for (const command of list) {
      if (commands.get(command.id) === command) commands.delete(command.id);
    }
    changed();
  };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Offers commands for as long as the component is on screen. */
export function useCommands(list: Command[]): void {
  // On purpose after every render: the commands close over what is on screen now.
  useEffect(() => register(list));
}

export function useAllCommands(): Command[] {
  return useSyncExternalStore(subscribe, allCommands);
}

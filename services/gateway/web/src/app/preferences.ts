import { useSyncExternalStore } from 'react';

export type Language = 'en' | 'tr';
export type Theme = 'system' | 'light' | 'dark';
export type Density = 'compact' | 'normal' | 'roomy';

/** Everything the console keeps in local storage: nothing about anybody. */
export interface Preferences {
  language: Language;
  theme: Theme;
  density: Density;
  letterKeys: boolean;
}

const KEY = 'vefa.preferences';
const listeners = new Set<() => void>();

function oneOf<T extends string>(value: unknown, allowed: readonly T[], fallback: T): T {
  return allowed.includes(value as T) ? (value as T) : fallback;
}

/** Reads what was saved; anything unknown falls back to the default. */
export function parsePreferences(text: string | null, browserLanguage: string): Preferences {
  let saved: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(text ?? '{}');
    if (typeof parsed === 'object' && parsed !== null) saved = parsed as Record<string, unknown>;
  } catch {
    // Nonsense in the storage is the same as nothing in it.
  }
  return {
    language: oneOf(saved.language, ['en', 'tr'], browserLanguage.startsWith('tr') ? 'tr' : 'en'),
    theme: oneOf(saved.theme, ['system', 'light', 'dark'], 'system'),
    density: oneOf(saved.density, ['compact', 'normal', 'roomy'], 'normal'),
    letterKeys: saved.letterKeys !== false,
  };
}

function read(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

let current = parsePreferences(read(), navigator.language);

function apply(): void {
  const root = document.documentElement;
  if (current.theme === 'system') delete root.dataset.theme;
  else root.dataset.theme = current.theme;
  root.dataset.density = current.density;
  root.lang = current.language;
}
apply();

export function preferences(): Preferences {
  return current;
}

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // A browser that keeps nothing still shows what was chosen, until it is closed.
  }
  apply();
  for (const listener of listeners) listener();
}

export function onPreferences(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(onPreferences, preferences);
}

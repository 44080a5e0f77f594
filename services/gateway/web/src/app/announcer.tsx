import { useSyncExternalStore } from 'react';

let text = '';
const listeners = new Set<() => void>();

/** Says something to those who hear the page; what is seen is written where it happened. */
export function announce(message: string): void {
  // The same sentence twice is a change only with a difference nobody hears.
  text = message === text ? `${message}\u00a0` : message;
  for (const listener of listeners) listener();
}

export function Announcer() {
  const message = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => text,
  );
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {message}
    </div>
  );
}

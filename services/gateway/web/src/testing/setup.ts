import { cleanup, configure } from '@testing-library/react';
import { afterEach, vi } from 'vitest';
import { activate } from '../i18n/i18n';

// happy-dom lays nothing out: a list gets the size of a small window, so that rows are rendered.
const SIZE = { offsetWidth: 1000, offsetHeight: 600, clientHeight: 600 };
for (const [name, value] of Object.entries(SIZE)) {
  Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => value });
}
Element.prototype.scrollTo = () => {};
window.scrollTo = () => {};
window.matchMedia = (query) =>
  ({
    matches: query.includes('min-width: 1100px'),
    media: query,
    addEventListener: () => {},
    removeEventListener: () => {},
  }) as unknown as MediaQueryList;

// A deadline, not a pause: on a machine that is busy a page's parts take seconds to be compiled.
configure({ asyncUtilTimeout: 15_000 });
vi.setConfig({ testTimeout: 60_000 });

await activate('en');

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

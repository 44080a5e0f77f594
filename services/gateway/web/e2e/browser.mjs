// The browser: Debian's Chromium, and a page that reports everything that went wrong in it.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

export async function launch(chromium, executablePath = '/usr/bin/chromium') {
  return chromium.launch({ executablePath, args: FLAGS });
}

/** A page whose console errors, exceptions and policy violations end up in `problems`. */
export async function watchedPage(context, problems, where) {
  const page = await context.newPage();
  const note = (kind, text) => problems.push(`${where()}: ${kind}: ${text}`);
  page.on('pageerror', (error) => note('exception', error.message));
  page.on('console', (message) => {
    // A refused call is logged by the browser itself; what the page makes of it is what counts.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) note('console', message.text());
  });
  page.on('response', (response) => {
    if (response.status() >= 500) note('response', `${response.status()} ${new URL(response.url()).pathname}`);
  });
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  return page;
}

/** Saved choices, as the console keeps them. */
export function choose(page, { language, theme }) {
  return page.addInitScript(
    ([chosenLanguage, chosenTheme]) => {
      const saved = { language: chosenLanguage, theme: chosenTheme, density: 'normal', letterKeys: true };
      localStorage.setItem('vefa.preferences', JSON.stringify(saved));
    },
    [language, theme],
  );
}

const axeSource = () => readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let source;

/** Runs axe without switching the page's policy off: the debugger may evaluate what a page may not. */
export async function axe(page) {
  // Half faded in, a text has another contrast than the one it is read with.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
  source ??= axeSource();
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: source });
  const options = JSON.stringify({ runOnly: AXE_TAGS, resultTypes: ['violations'] });
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
    expression: `axe.run(document, ${options}).then((found) => JSON.stringify(found.violations.map((each) => ({ id: each.id, nodes: each.nodes.map((node) => node.target.join(' ') + ': ' + (node.any[0]?.message ?? node.all[0]?.message ?? node.none[0]?.message ?? '')).slice(0, 5) }))))`,
    awaitPromise: true,
    returnByValue: true,
  });
  await session.detach();
  if (exceptionDetails) throw new Error(`axe failed: ${exceptionDetails.text}`);
  return JSON.parse(result.value);
}

/** What no page may do, whatever its content. */
export function layoutFaults(page) {
  return page.evaluate(() => {
    const faults = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) faults.push(`scrolls sideways: ${root.scrollWidth} > ${root.clientWidth}`);
    const headings = document.querySelectorAll('h1').length;
    if (headings !== 1) faults.push(`${headings} headings of level 1`);
    for (const element of document.querySelectorAll('main a, main button, main select, main input, nav a')) {
      const box = element.getBoundingClientRect();
      if (box.width === 0 || element.closest('[role="grid"], p, li, dd, label, table')) continue;
      if (box.height < 20)
        faults.push(`a target ${Math.round(box.width)} x ${Math.round(box.height)}: ${element.textContent?.slice(0, 40)}`);
      if (box.right > root.clientWidth + 1) faults.push(`beyond the edge: ${element.textContent?.slice(0, 40)}`);
    }
    for (const element of document.querySelectorAll('.button, .badge, h1, h2, .nav-link > span, .figure dd')) {
      const cut = element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 2;
      if (cut && element.clientWidth > 1 && getComputedStyle(element).overflow === 'hidden') {
        faults.push(`clipped: ${element.textContent?.slice(0, 40)}`);
      }
    }
    return faults;
  });
}

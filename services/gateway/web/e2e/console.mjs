// Visits the whole console in a real browser, in both languages, both themes and at two widths.
// Throws with every problem found; run by tests/e2e against the real stack and by stub.mjs here.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { axe, choose, launch, layoutFaults, watchedPage } from './browser.mjs';
import { compareFigures, expectedFigures } from './figures.mjs';
import { keyboardJourneys } from './keyboard.mjs';
import { findIds, open, PAGES, signIn } from './pages.mjs';

const SIZES = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
];
const DATA_NOTE = { en: 'purchases are the CDNOW sample', tr: 'alışverişler CDNOW örneklemidir' };
const WAIT = { timeout: 15_000 };

/**
 * @param {object} options
 * @param {string} options.baseUrl      address of the gateway
 * @param {{tenant: string, email: string, password: string}} options.credentials
 * @param {string} options.outDir       where the screenshots go
 * @param {object} [options.expected]   a summary as `.vefa/summary.json`; its numbers must be on the overview
 * @param {object} [options.chromium]   playwright-core's `chromium`; imported when left out
 * @param {string} [options.executablePath]
 * @param {string[]} [options.languages]
 * @param {(line: string) => void} [options.log]
 * @returns {Promise<{pages: number, screenshots: string[]}>}
 */
export async function checkConsole(options) {
  const { baseUrl, credentials, outDir, expected, languages = ['tr', 'en'], log = () => {} } = options;
  const chromium = options.chromium ?? (await import('playwright-core')).chromium;
  mkdirSync(outDir, { recursive: true });
  const problems = [];
  const screenshots = [];
  const browser = await launch(chromium, options.executablePath);
  try {
    const { storageState, ids } = await begin(browser, { baseUrl, credentials, outDir, problems, screenshots });
    for (const language of languages) {
      for (const theme of ['light', 'dark']) {
        for (const viewport of SIZES) {
          log(`${language} ${theme} ${viewport.width}`);
          await visitAll(browser, {
            baseUrl,
            outDir,
            expected,
            language,
            theme,
            viewport,
            storageState,
            ids,
            problems,
            screenshots,
          });
        }
      }
    }
    await byKeyboard(browser, { baseUrl, storageState, problems });
    await byRoad(browser, { baseUrl, storageState, problems });
  } finally {
    await browser.close();
  }
  if (problems.length > 0) throw new Error(`the console has ${problems.length} problems:\n${[...new Set(problems)].join('\n')}`);
  return { pages: screenshots.length, screenshots };
}

/** Signs in with the way back, refusing a wrong password on the way. */
async function begin(browser, { baseUrl, credentials, outDir, problems, screenshots }) {
  const context = await browser.newContext({ viewport: SIZES[0], locale: 'tr-TR' });
  const page = await watchedPage(context, problems, () => 'sign-in');
  await page.goto(`${baseUrl}/sign-in`);
  await page.waitForSelector('input[name="password"]', WAIT);
  for (const [name, value] of Object.entries({ ...credentials, password: 'not the password' }))
    await page.fill(`input[name="${name}"]`, value);
  await page.keyboard.press('Enter');
  await page.waitForSelector('[role="alert"]', WAIT);
  await shoot(page, outDir, 'sign-in-tr-refused', screenshots);
  await report(page, problems, 'sign-in');
  await signIn(page, baseUrl, credentials);
  const ids = await findIds(page);
  for (const [name, id] of Object.entries(ids)) if (!id) problems.push(`there is no ${name} to look at`);
  const storageState = await context.storageState();
  await context.close();
  return { storageState, ids };
}

async function visitAll(
  browser,
  { baseUrl, outDir, expected, language, theme, viewport, storageState, ids, problems, screenshots },
) {
  let where = '';
  const context = await browser.newContext({
    viewport,
    storageState,
    locale: language === 'tr' ? 'tr-TR' : 'en-GB',
    hasTouch: viewport.width < 700,
  });
  const page = await watchedPage(context, problems, () => where);
  await choose(page, { language, theme });
  for (const each of PAGES) {
    where = `${each.name} ${language} ${theme} ${viewport.width}`;
    try {
      await open(page, baseUrl, each, ids);
      await report(page, problems, where);
      if ((await page.getAttribute('html', 'lang')) !== language) problems.push(`${where}: the language is not ${language}`);
      if (each.note && !(await page.textContent('main')).includes(DATA_NOTE[language]))
        problems.push(`${where}: no note that the data is a sample`);
      if (each.name === 'overview' && expected) {
        const wrong = await compareFigures(page, expectedFigures(expected, language));
        problems.push(...wrong.map((text) => `${where}: ${text}`));
      }
      await shoot(page, outDir, `${each.name}-${language}-${theme}-${viewport.width}`, screenshots);
    } catch (error) {
      problems.push(`${where}: ${error.message.split('\n')[0]}`);
      await shoot(page, outDir, `failed-${each.name}-${language}-${theme}-${viewport.width}`, screenshots);
    }
  }
  where = `dialogs ${language} ${theme} ${viewport.width}`;
  await dialogs(page, { outDir, problems, screenshots, where, suffix: `${language}-${theme}-${viewport.width}` });
  await context.close();
}

/** Menu and dialogs open, each looked at like a page. */
async function dialogs(page, { outDir, problems, screenshots, where, suffix }) {
  const steps = [
    ['menu', () => page.click('.account'), '[role="menu"]'],
    ['palette', () => page.click('.find'), '[role="dialog"] input'],
    ['keys', () => page.keyboard.press('?'), '[role="dialog"] .keys'],
  ];
  for (const [name, act, ready] of steps) {
    try {
      await act();
      await page.waitForSelector(ready, WAIT);
      await report(page, problems, `${name} ${where}`, false);
      await shoot(page, outDir, `${name}-${suffix}`, screenshots);
      await page.keyboard.press('Escape');
      await page.waitForSelector(ready, { ...WAIT, state: 'detached' });
    } catch (error) {
      problems.push(`${name} ${where}: ${error.message.split('\n')[0]}`);
    }
  }
}

async function byKeyboard(browser, { baseUrl, storageState, problems }) {
  const context = await browser.newContext({ viewport: SIZES[0], storageState });
  const page = await watchedPage(context, problems, () => 'keyboard');
  await choose(page, { language: 'en', theme: 'light' });
  await keyboardJourneys(page, baseUrl, problems);
  await context.close();
}

/** What an address alone must do: search text stays out of it, nonsense in it is told, a wrong id is said. */
async function byRoad(browser, { baseUrl, storageState, problems }) {
  const context = await browser.newContext({ viewport: SIZES[0], storageState });
  const page = await watchedPage(context, problems, () => 'addresses');
  await choose(page, { language: 'tr', theme: 'light' });
  const step = async (name, play) => {
    await play().catch((error) => problems.push(`${name}: ${error.message.split('\n')[0]}`));
  };
  await step('search', async () => {
    await page.goto(`${baseUrl}/people`);
    await page.waitForSelector('[role="grid"]', WAIT);
    await page.fill('main input[type="search"]', 'ISIL zzzz');
    await page.waitForSelector('.state-empty', WAIT);
    if (/zzzz/i.test(page.url())) problems.push('search: the text searched for is in the address');
  });
  await step('broken parameter', async () => {
    await page.goto(`${baseUrl}/people?sort=shoe_size`);
    await page.waitForSelector('main .note', WAIT);
    await page.waitForSelector('[role="grid"]', WAIT);
  });
  await step('unknown person', async () => {
    await page.goto(`${baseUrl}/people/00000000-0000-7000-8000-00000000dead`);
    await page.waitForSelector('.state-empty', WAIT);
  });
  await step('320 px', async () => {
    await page.setViewportSize({ width: 320, height: 700 });
    await page.goto(`${baseUrl}/`);
    await page.waitForSelector('[data-figure="holdout.predicted"]', WAIT);
    await report(page, problems, 'overview 320');
  });
  await context.close();
}

async function report(page, problems, where, layout = true) {
  for (const violation of await axe(page)) problems.push(`${where}: axe ${violation.id}: ${violation.nodes.join(' | ')}`);
  if (layout) for (const fault of await layoutFaults(page)) problems.push(`${where}: layout: ${fault}`);
}

async function shoot(page, outDir, name, screenshots) {
  const path = join(outDir, `${name}.png`);
  await page.screenshot({ path });
  screenshots.push(path);
}

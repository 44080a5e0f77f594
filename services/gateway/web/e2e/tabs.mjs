// Several tabs of one browser: one stream between them, handed on when its owner goes.

const WAIT = { timeout: 15_000 };
const TABS = 8;

/** `streams` tells how many event streams the server has open at this moment. */
export async function checkTabs(browser, { baseUrl, storageState, streams, until, problems }) {
  const context = await browser.newContext({ storageState });
  try {
    const pages = [];
    for (let i = 0; i < TABS; i++) {
      const page = await context.newPage();
      await page.goto(`${baseUrl}/events`);
      await page.waitForSelector('.live-dot[data-state="live"]', WAIT);
      pages.push(page);
    }
    if (streams() !== 1) problems.push(`tabs: ${streams()} streams for ${TABS} tabs`);
    const [owner, next, ...others] = pages;
    await owner.close();
    await until(() => streams() === 1, 'tabs: no other tab took the stream over');
    await next.waitForSelector('[role="row"][aria-rowindex="3"]', WAIT);
    // One signs out: the others must not go on showing what they had.
    await others[0].click('.account');
    await others[0].click('[role="menuitem"]:last-child >> nth=-1');
    await Promise.all([next, ...others].map((page) => page.waitForURL(/\/sign-in/, WAIT)));
    await until(() => streams() === 0, 'tabs: a stream stayed open after the sign-out');
  } catch (error) {
    problems.push(`tabs: ${error.message.split('\n')[0]}`);
  } finally {
    await context.close();
  }
}

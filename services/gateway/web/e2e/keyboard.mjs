// The journeys by keyboard alone: each presses keys, counts them, and looks where the focus is.

const WAIT = { timeout: 15_000 };

/** One journey: goes to its start, presses, and says what it expects to have reached. */
async function journey(page, problems, name, limit, play) {
  let presses = 0;
  const press = async (key) => {
    presses += 1;
    await page.keyboard.press(key);
  };
  try {
    await play(press);
    if (presses > limit) problems.push(`keyboard ${name}: ${presses} presses, at most ${limit}`);
    // A dialog gives the focus back a frame after it has gone.
    await page
      .waitForFunction(() => document.activeElement !== document.body, undefined, { timeout: 3_000 })
      .catch(() => problems.push(`keyboard ${name}: the focus was lost`));
  } catch (error) {
    problems.push(`keyboard ${name}: ${error.message.split('\n')[0]}`);
  }
}

const focusedRow = (index) => (wanted) => document.activeElement?.getAttribute('aria-rowindex') === String(wanted ?? index);

/** Goes to another page by keys, and waits until it is the one that is shown: the page before may have rows, too. */
async function goTo(page, press, keys) {
  const before = await page.textContent('h1');
  for (const key of keys) await press(key);
  await page.waitForFunction(
    (title) => ![null, undefined, title].includes(document.querySelector('h1')?.textContent),
    before,
    WAIT,
  );
}

export async function keyboardJourneys(page, baseUrl, problems) {
  const rows = '[role="grid"] [role="row"][aria-rowindex="2"]';
  await page.goto(`${baseUrl}/`);
  await page.waitForSelector('h1', WAIT);

  await journey(page, problems, 'open a person from the list', 6, async (press) => {
    await goTo(page, press, ['g', 'p']);
    await page.waitForSelector(rows, WAIT);
    for (const key of ['j', 'j', 'j']) await press(key);
    await page.waitForFunction(focusedRow(4), 4, WAIT);
    await press('Enter');
    await page.waitForURL(/\/people\/[0-9a-f-]+$/, WAIT);
    await page.waitForSelector('[data-answer]', WAIT);
  });
  await journey(page, problems, 'next and previous person', 2, async (press) => {
    const first = page.url();
    await press(']');
    await page.waitForFunction((url) => location.href !== url, first, WAIT);
    await page.waitForSelector('[data-answer]', WAIT);
    await press('[');
    await page.waitForURL(first, WAIT);
  });
  await journey(page, problems, 'back to the same row', 1, async (press) => {
    await press('u');
    await page.waitForURL(/\/people(\?.*)?$/, WAIT);
    await page.waitForFunction(focusedRow(4), 4, WAIT);
  });
  await journey(page, problems, 'how is the campaign doing', 4, async (press) => {
    await goTo(page, press, ['g', 'c']);
    await page.waitForSelector(rows, WAIT);
    await press('j');
    await press('Enter');
    await page.waitForSelector('[data-sums]', WAIT);
  });
  await journey(page, problems, 'is everything flowing', 2, async (press) => {
    await goTo(page, press, ['g', 's']);
    await page.waitForSelector('[data-figure="events.recorded"]', WAIT);
  });
  await journey(page, problems, 'chart as a table', 3, async (press) => {
    await goTo(page, press, ['g', 'o']);
    await page.waitForSelector('[data-figure="holdout.predicted"]', WAIT);
    await press('t');
    await page.waitForSelector('[data-table="holdout-weeks"] tbody tr', WAIT);
  });
  await journey(page, problems, 'find a person by name', 2, async (press) => {
    const name = await page.evaluate(async () => (await (await fetch('/v1/contacts?pageSize=1')).json()).contacts[0].displayName);
    await press('Control+k');
    await page.waitForSelector('[role="dialog"] input', WAIT);
    await page.keyboard.type(name);
    await page.waitForSelector(`[role="menuitem"][data-focused] >> text="${name}"`, WAIT);
    await press('Enter');
    await page.waitForURL(/\/people\/[0-9a-f-]+$/, WAIT);
    await page.waitForSelector('[data-answer]', WAIT);
  });
  await journey(page, problems, 'all keys', 2, async (press) => {
    await press('?');
    await page.waitForSelector('[role="dialog"] .keys', WAIT);
    await press('Escape');
    await page.waitForSelector('[role="dialog"]', { ...WAIT, state: 'detached' });
  });
}

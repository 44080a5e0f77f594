// The pages of the console: how one comes to each, and what must be there before it counts as shown.

const WAIT = { timeout: 15_000 };

/** True when the page shows contacts, and so has to say whether they are real. */
export const PAGES = [
  { name: 'overview', path: '/', ready: '[data-figure="holdout.predicted"], .state-empty', note: true },
  { name: 'people', path: '/people', ready: '[role="grid"] [role="row"][aria-rowindex="2"], .state-empty', note: true },
  { name: 'campaigns', path: '/campaigns', ready: '[role="grid"] [role="row"][aria-rowindex="2"], .state-empty' },
  { name: 'campaign', path: ({ campaign }) => `/campaigns/${campaign}`, ready: '[data-sums]' },
  {
    name: 'recipients',
    path: ({ campaign }) => `/campaigns/${campaign}/recipients?state=REFUSED`,
    ready: '[role="grid"] [role="row"][aria-rowindex="2"]',
    note: true,
  },
  {
    name: 'person-refused',
    path: ({ refused }) => `/people/${refused}`,
    ready: '[data-answer] >> visible=true',
    note: true,
    message: 'STATE_REFUSED',
  },
  {
    name: 'person-delivered',
    path: ({ delivered }) => `/people/${delivered}`,
    ready: '[data-answer] >> visible=true',
    note: true,
    message: 'STATE_DELIVERED',
  },
  {
    name: 'person-bounced',
    path: ({ bounced }) => `/people/${bounced}`,
    ready: '[data-answer] >> visible=true',
    note: true,
    message: 'STATE_BOUNCED',
  },
  { name: 'events', path: '/events', ready: '[role="grid"] [role="row"][aria-rowindex="2"]' },
  { name: 'catalogue', path: '/events/catalogue', ready: 'details.catalogue-kind' },
  { name: 'system', path: '/system', ready: '[data-figure="events.recorded"]' },
];

export async function signIn(page, baseUrl, credentials) {
  await page.goto(`${baseUrl}/people?sort=external_id`);
  await page.waitForURL(/\/sign-in\?back=/, WAIT);
  for (const [name, value] of Object.entries(credentials)) await page.fill(`input[name="${name}"]`, value, WAIT);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/people\?sort=external_id$/, WAIT);
  await page.waitForSelector('[role="grid"]', WAIT);
}

export async function open(page, baseUrl, { path, ready, message }, ids) {
  await page.goto(baseUrl + (typeof path === 'function' ? path(ids) : path));
  await page.waitForSelector(ready, WAIT);
  if (message) await page.waitForSelector(`[data-message="${message}"]`, WAIT);
  // Nothing is loading any more and fonts are there: what is seen now is what is meant.
  await page.waitForFunction(() => !document.querySelector('.loading, [aria-busy="true"]'), undefined, WAIT);
  await page.evaluate(() => document.fonts.ready);
}

/** Asks the API, as the signed-in browser, which records to look at. */
export function findIds(page) {
  return page.evaluate(async () => {
    const read = async (path) => {
      const response = await fetch(path);
      if (!response.ok) throw new Error(`${response.status} ${path}`);
      return response.json();
    };
    const { campaigns = [] } = await read('/v1/campaigns');
    const bare = (name) => name?.slice(name.indexOf('/') + 1);
    const campaign = campaigns.find((each) => each.name === 'campaigns/win-back') ?? campaigns[0];
    const one = async (state) => {
      const query = new URLSearchParams({ originator: campaign.name, state: `STATE_${state}`, pageSize: '1' });
      const { messages = [] } = await read(`/v1/messages?${query}`);
      return bare(messages[0]?.contact);
    };
    return {
      campaign: bare(campaign.name),
      refused: await one('REFUSED'),
      delivered: await one('DELIVERED'),
      bounced: await one('BOUNCED'),
    };
  });
}

import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  type RouterHistory,
  redirect,
} from '@tanstack/react-router';
import { isSignedOut } from '../api/errors';
import { NotFound, PageFailed } from './error-boundary';
import { parseSearch, readEvents, readPeople, readRecipients, readSignIn, stringifySearch } from './search';
import { sessionQuery } from './session';
import { Shell } from './shell';

interface Context {
  client: QueryClient;
}

const root = createRootRouteWithContext<Context>()({
  component: Outlet,
  notFoundComponent: NotFound,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: readSignIn,
  component: lazyRouteComponent(() => import('../features/sign-in/sign-in'), 'SignIn'),
});

/** Everything behind the sign-in. */
const house = createRoute({
  getParentRoute: () => root,
  id: 'house',
  beforeLoad: async ({ context, location }) => {
    try {
      await context.client.ensureQueryData(sessionQuery);
    } catch (error) {
      if (!isSignedOut(error)) throw error;
      throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { back: location.href } });
    }
  },
  component: Shell,
});

const overview = createRoute({
  getParentRoute: () => house,
  path: '/',
  component: lazyRouteComponent(() => import('../features/overview/overview'), 'Overview'),
});
const people = createRoute({
  getParentRoute: () => house,
  path: '/people',
  validateSearch: readPeople,
  component: lazyRouteComponent(() => import('../features/people/list'), 'PeopleList'),
});
const person = createRoute({
  getParentRoute: () => house,
  path: '/people/$id',
  component: lazyRouteComponent(() => import('../features/people/person'), 'PersonPage'),
});
const campaigns = createRoute({
  getParentRoute: () => house,
  path: '/campaigns',
  component: lazyRouteComponent(() => import('../features/campaigns/list'), 'CampaignList'),
});
const campaign = createRoute({
  getParentRoute: () => house,
  path: '/campaigns/$id',
  component: lazyRouteComponent(() => import('../features/campaigns/campaign'), 'CampaignPage'),
});
const recipients = createRoute({
  getParentRoute: () => house,
  path: '/campaigns/$id/recipients',
  validateSearch: readRecipients,
  component: lazyRouteComponent(() => import('../features/campaigns/recipients'), 'Recipients'),
});
const events = createRoute({
  getParentRoute: () => house,
  path: '/events',
  validateSearch: readEvents,
  component: lazyRouteComponent(() => import('../features/events/events'), 'Events'),
});
const catalogue = createRoute({
  getParentRoute: () => house,
  path: '/events/catalogue',
  component: lazyRouteComponent(() => import('../features/catalogue/catalogue'), 'Catalogue'),
});
const system = createRoute({
  getParentRoute: () => house,
  path: '/system',
  component: lazyRouteComponent(() => import('../features/system/system'), 'System'),
});

const tree = root.addChildren([
  signIn,
  house.addChildren([overview, people, person, campaigns, campaign, recipients, events, catalogue, system]),
]);

/** `history` is the browser's own when left out. */
export function buildRouter(client: QueryClient, history?: RouterHistory) {
  return createRouter({
    routeTree: tree,
    history,
    context: { client },
    parseSearch,
    stringifySearch,
    // Only what a page understands is its search; the rest of the address is dropped.
    search: { strict: true },
    scrollRestoration: true,
    defaultPreloadStaleTime: 0,
    defaultErrorComponent: ({ error, reset }) => <PageFailed error={error} reset={reset} />,
    defaultNotFoundComponent: NotFound,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof buildRouter>;
  }
}

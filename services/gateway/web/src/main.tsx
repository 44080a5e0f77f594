import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './design/tokens.css';
import './design/base.css';
import { reloadOnNewVersion } from './app/error-boundary';
import { onPreferences, preferences } from './app/preferences';
import { buildQueryClient } from './app/query-client';
import { buildRouter } from './app/routes';
import { endSession } from './app/sign-out';
import { activate } from './i18n/i18n';

reloadOnNewVersion();
onPreferences(() => {
  if (preferences().language !== i18n.locale) void activate(preferences().language);
});

const client = buildQueryClient(() => endSession(client, router.navigate, true));
const router = buildRouter(client);
const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');

await activate(preferences().language);
createRoot(root).render(
  <StrictMode>
    <I18nProvider i18n={i18n}>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </I18nProvider>
  </StrictMode>,
);

import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { ApiProblem } from './api/client.ts';
import { App } from './app.tsx';
import { I18nProvider } from './i18n/i18n.tsx';
import { SessionGate } from './session/gate.tsx';
import { endSession } from './session/session.ts';
import { ThemeProvider } from './theme.tsx';
import './style.css';

const maxTries = 2;
const notSignedIn = 's306240015';

// Whatever it was that asked: where nobody is signed in any more, the page to sign in takes the place of all others.
const onError = (error: Error): void => {
  if (error instanceof ApiProblem && error.code === notSignedIn) endSession(client, true);
};

const client = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      // What was refused would be refused again.
      retry: (failures, error) =>
        failures < maxTries && !(error instanceof ApiProblem && error.status >= 400 && error.status < 500),
    },
  },
});

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <I18nProvider>
        <ThemeProvider>
          <BrowserRouter>
            <SessionGate>
              <App />
            </SessionGate>
          </BrowserRouter>
        </ThemeProvider>
      </I18nProvider>
    </QueryClientProvider>
  </StrictMode>,
);

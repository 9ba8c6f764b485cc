import {
  createApp,
  createHttpServer,
  createProbes,
  systemClock,
  type Clock,
  type Logger,
  type Part,
} from '@syncline/chassis';
import { topics } from '@syncline/contract';
import type { Kafka, Received } from '@syncline/kafka';
import { followCatalog, type StorePart } from '@syncline/store';
import { createApi } from './api/router.ts';
import { apiRoutes } from './api/routes.ts';
import { onlyAllowedHosts } from './allowed-hosts.ts';
import { createAuth } from './auth/auth.ts';
import type { SessionLife } from './auth/sessions.ts';
import { createCached } from './cached.ts';
import { createFlow } from './flow.ts';
import { readLag } from './lag.ts';
import { createObserved } from './observed.ts';
import { createLive } from './live.ts';
import { createOnDeadLetter } from './on-dead-letter.ts';
import { createOnSyncOutcome } from './on-sync-outcome.ts';
import { createRetentionLoop } from './retention.loop.ts';
import type { ServiceAddress } from './services-health.ts';
import { readTenantOverview } from './tenant-overview.ts';
import { createTopicRates, type TopicRates } from './topic-rates.ts';
import { createWeb, strictPolicy } from './web.ts';

export interface ConsoleOptions {
  host: string;
  port: number;
  allowedHosts: readonly string[];
  services: readonly ServiceAddress[];
  keepDeadLettersDays: number;
  keepAuditDays: number;
  life: SessionLife;
  /** how many proxies before this console are believed */
  proxies: number;
  adminPassword: string | undefined;
  /** where ERPs reach the receiver */
  receiverUrl: string;
  store: StorePart;
  kafka: Kafka;
  logger: Logger;
  clock?: Clock;
}

const lagFreshMs = 2_000;

/** The console's parts in start order; the first is its server. */
export function consoleParts(options: ConsoleOptions): [ReturnType<typeof createHttpServer>, ...Part[]] {
  const { store, kafka, logger, services, receiverUrl, clock = systemClock } = options;
  const auth = createAuth({ ...options, clock });
  const { accounts, sessions } = auth;
  const catalog = followCatalog({ store, logger });
  catalog.onChange((view) => {
    logger.addSecrets(view.tenants.flatMap(({ dataCenters }) => dataCenters.map(({ token }) => token)));
  });
  const flow = createFlow(clock);
  const rates = createTopicRates(clock);
  const lag = cachedLag(kafka, rates, { clock, logger });
  const observed = createObserved({ store, catalog, services, clock, logger });
  const onDeadLetter = createOnDeadLetter(store);
  const onSyncOutcome = createOnSyncOutcome(flow);
  const consumer = kafka.consumer({
    groupId: 'syncline-console',
    topics: [topics.syncOutcomes, topics.deadLetters],
    order: 'arrival',
    maxInFlight: 500,
    handle: (message: Received) =>
      message.topic === topics.deadLetters ? onDeadLetter(message) : onSyncOutcome(message),
  });
  const retention = createRetentionLoop({ ...options, clock, sessions });
  const urlOf = (name: string) => services.find((service) => service.name === name)?.url ?? '';
  const [pollerUrl, mappingUrl] = [urlOf('poller'), urlOf('mapping')];
  const sources = {
    store,
    catalog,
    accounts,
    flow,
    lag,
    rates,
    observed,
    clock,
    receiverUrl,
    pollerUrl,
    mappingUrl,
  };
  const live = createLive({
    tenant: (id) => catalog.view().tenant(id),
    caller: (req) => auth.authenticate.caller(req, { isUse: false }),
    read: (tenant) => readTenantOverview(tenant, sources),
    logger,
  });
  const parts: Part[] = [store, catalog, auth.firstAdmin, consumer, retention, live.part];

  const probes = createProbes({ service: 'console', parts: () => parts });
  const app = createApp({ logger, service: 'console', probes });
  app.set('trust proxy', options.proxies);
  app.use(onlyAllowedHosts(options.host, options.allowedHosts), strictPolicy);
  app.use('/api', createApi(apiRoutes, { sources, auth, live: live.handler }));
  app.use(createWeb());
  return [createHttpServer({ ...options, app, portSetting: 'CONSOLE_PORT' }), ...parts];
}

function cachedLag(kafka: Kafka, rates: TopicRates, { clock, logger }: { clock: Clock; logger: Logger }) {
  return createCached({
    name: 'the lag',
    async read() {
      const lags = await readLag(kafka);
      rates.note(lags);
      return lags;
    },
    freshMs: lagFreshMs,
    clock,
    logger,
  });
}

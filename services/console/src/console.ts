import {
  createApp,
  createHttpServer,
  createProbes,
  systemClock,
  type Logger,
  type Part,
} from '@syncline/chassis';
import { topics } from '@syncline/contract';
import type { Kafka, Received } from '@syncline/kafka';
import { followCatalog, type StorePart } from '@syncline/store';
import { createApi } from './api/router.ts';
import { apiRoutes } from './api/routes.ts';
import { onlyAllowedHosts } from './allowed-hosts.ts';
import { createCached } from './cached.ts';
import { createFlow } from './flow.ts';
import { readLag } from './lag.ts';
import { createObserved } from './observed.ts';
import { createOnDeadLetter } from './on-dead-letter.ts';
import { createOnSyncOutcome } from './on-sync-outcome.ts';
import { createRetentionLoop } from './retention.loop.ts';
import type { ServiceAddress } from './services-health.ts';
import { createWeb, strictPolicy } from './web.ts';

export interface ConsoleOptions {
  host: string;
  port: number;
  allowedHosts: readonly string[];
  services: readonly ServiceAddress[];
  keepDeadLettersDays: number;
  /** where ERPs reach the receiver */
  receiverUrl: string;
  store: StorePart;
  kafka: Kafka;
  logger: Logger;
}

const lagFreshMs = 2_000;

/** The console's parts in start order; the first is its server. */
export function consoleParts(options: ConsoleOptions): [ReturnType<typeof createHttpServer>, ...Part[]] {
  const { store, kafka, logger, services, receiverUrl, keepDeadLettersDays: keepDays } = options;
  const clock = systemClock;
  const catalog = followCatalog({ store, logger });
  catalog.onChange((view) => {
    logger.addSecrets(view.tenants.flatMap(({ dataCenters }) => dataCenters.map(({ token }) => token)));
  });
  const flow = createFlow(clock);
  const lag = createCached({
    name: 'the lag',
    read: () => readLag(kafka),
    freshMs: lagFreshMs,
    clock,
    logger,
  });
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
  const retention = createRetentionLoop({ store, clock, logger, keepDays });
  const parts: Part[] = [store, catalog, consumer, retention];

  const probes = createProbes({ service: 'console', parts: () => parts });
  const app = createApp({ logger, service: 'console', probes });
  app.use(onlyAllowedHosts(options.host, options.allowedHosts), strictPolicy);
  app.use('/api', createApi(apiRoutes, { store, catalog, flow, lag, observed, clock, receiverUrl }));
  app.use(createWeb());
  return [createHttpServer({ ...options, app, portSetting: 'CONSOLE_PORT' }), ...parts];
}

import { randomUUID } from 'node:crypto';
import {
  createApp,
  createHttpServer,
  createProbes,
  systemClock,
  type Clock,
  type Logger,
  type Part,
} from '@syncline/chassis';
import { createErpClient, paceParts } from '@syncline/erp';
import { createHistoryTaskLoop } from '@syncline/history-tasks';
import type { Kafka } from '@syncline/kafka';
import { createLinkReadLoop, followCatalog, type StorePart } from '@syncline/store';
import { createErpHistory } from './erp-history.ts';
import { createErpClocks } from './erp-clocks.ts';
import { createFetchRoute } from './fetch.route.ts';
import { createGates } from './gate.ts';
import { createLeases } from './lease.ts';
import { createLinkReader } from './link-reader.ts';
import { createPollLoop } from './poll.loop.ts';
import { createRecordPublisher } from './publish-records.ts';
import { createRetentionLoop } from './retention.loop.ts';
import { createRunRoute } from './run.route.ts';
import { createShare } from './share.loop.ts';
import { createWalks } from './walks.ts';

export interface PollerOptions {
  host: string;
  port: number;
  maxWalks: number;
  maxPages: number;
  leaseMs: number;
  ledgerDays: number;
  privateNetworks: readonly string[];
  store: StorePart;
  kafka: Kafka;
  logger: Logger;
  clock?: Clock;
  leaseWaitMs?: number;
}

/** The poller's parts in start order. */
export function pollerParts(options: PollerOptions): Part[] {
  const { store, kafka, logger, clock = systemClock } = options;
  const { maxWalks, maxPages, leaseMs, ledgerDays, privateNetworks, leaseWaitMs = 30_000 } = options;
  const id = randomUUID();
  const catalog = followCatalog({ store, logger });
  catalog.onChange((view) => {
    logger.addSecrets(view.tenants.flatMap(({ dataCenters }) => dataCenters.map(({ token }) => token)));
  });
  const producer = kafka.producer();
  const erp = createErpClient({ privateNetworks });
  const share = createShare({ id, store, clock, logger });
  const gates = createGates(() => share.count() / paceParts.pollers);
  const publisher = createRecordPublisher({ store, producer, clock });
  const clocks = createErpClocks(clock);
  const leases = createLeases({ store, owner: id, leaseMs, clock, logger });
  const walks = createWalks();
  const deps = { store, catalog, erp, gates, clocks, publisher, clock, logger, maxPages, leases, walks };
  const loop = createPollLoop({ ...deps, maxWalks });
  const history = createHistoryTaskLoop({
    store,
    direction: 'erp-to-crm',
    reader: createErpHistory({ ...deps, kafka }),
    owner: id,
    leaseMs,
    clock,
    logger,
  });
  const retention = createRetentionLoop({ store, clock, logger, ledgerDays });
  const links = createLinkReadLoop({
    store,
    side: 'erp',
    owner: id,
    readSlice: createLinkReader(deps),
    clock,
    logger,
  });
  const parts: Part[] = [store, catalog, producer, erp, share, walks, loop, history, links, retention];
  const app = createApp({
    logger,
    service: 'poller',
    probes: createProbes({ service: 'poller', parts: () => parts }),
  });
  app.use(createRunRoute({ ...deps, leaseWaitMs }));
  app.use(createFetchRoute(deps));
  const server = createHttpServer({ ...options, app, portSetting: 'POLLER_PORT' });
  return [server, ...parts];
}

import {
  createProbes,
  createApp,
  createHttpServer,
  systemClock,
  type Logger,
  type Part,
} from '@syncline/chassis';
import { topics } from '@syncline/contract';
import { createErpClient, paceParts } from '@syncline/erp';
import type { Kafka } from '@syncline/kafka';
import { followCatalog, type StorePart } from '@syncline/store';
import { createAttempts } from './attempts.ts';
import { createGates } from './gate.ts';
import { createInFlight } from './in-flight.ts';
import { createOnErpWrite } from './on-erp-write.ts';
import { createOrders } from './orders.ts';
import { createShare } from './share.loop.ts';

export interface PusherOptions {
  host: string;
  port: number;
  maxInFlight: number;
  privateNetworks: readonly string[];
  store: StorePart;
  kafka: Kafka;
  logger: Logger;
}

/** The pusher's parts in start order. */
export function pusherParts(options: PusherOptions): Part[] {
  const { store, kafka, logger, maxInFlight, privateNetworks } = options;
  const clock = systemClock;
  const catalog = followCatalog({ store, logger });
  catalog.onChange((view) => {
    logger.addSecrets(view.tenants.flatMap(({ dataCenters }) => dataCenters.map(({ token }) => token)));
  });
  const producer = kafka.producer();
  const erp = createErpClient({ privateNetworks });
  const share = createShare({ store, clock, logger });
  const handle = createOnErpWrite({
    store,
    catalog,
    erp,
    gates: createGates({ share: () => share.count() / paceParts.pushers, maxInFlight }),
    attempts: createAttempts(store),
    inFlight: createInFlight(store),
    orders: createOrders(store),
    producer,
    clock,
    logger,
  });
  const consumer = kafka.consumer({
    groupId: 'syncline-pusher',
    topics: [topics.erpWrites],
    order: 'key',
    maxInFlight,
    handle,
  });
  const parts: Part[] = [store, catalog, producer, erp, share, consumer];
  const probes = createProbes({ service: 'pusher', parts: () => parts });
  const app = createApp({ logger, service: 'pusher', probes });
  const server = createHttpServer({ ...options, app, portSetting: 'PUSHER_PORT', name: 'probes' });
  return [server, ...parts];
}

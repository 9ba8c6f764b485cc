import {
  createApp,
  createGuessLimit,
  createHttpServer,
  createProbes,
  systemClock,
  type Logger,
  type Part,
  type RequestHandler,
} from '@syncline/chassis';
import { createAdapters } from '@syncline/functions';
import type { Kafka } from '@syncline/kafka';
import { followCatalog, followPushTokens, type StorePart } from '@syncline/store';
import { createAnnouncer } from './announcer.ts';
import { createCallApi } from './call-api.ts';
import { createAsyncPush, isPush } from './async-push.route.ts';
import { createBodyRoom } from './body-room.ts';
import { createIntake } from './intake.ts';
import { showExpiries } from './metrics.ts';
import { createMarks } from './mark.loop.ts';
import { createRateLimit } from './rate-limit.ts';
import { createRelay } from './relay.ts';
import { createRelayLoop } from './relay.loop.ts';
import { createRetentionLoop } from './retention.loop.ts';
import { createXmlThread } from './xml-thread.ts';

export interface ReceiverOptions {
  host: string;
  port: number;
  maxBodyBytes: number;
  tenantRate: number;
  wrongTokens: number;
  cacheDays: number;
  adapters: { workers: number; timeLimitMs: number; memoryMb: number };
  mappingUrl: string;
  internalSecret: string | undefined;
  store: StorePart;
  kafka: Kafka;
  logger: Logger;
}

/** Of an address that showed too many wrong tokens, so many more are looked at each second. */
const wrongTokensPerSecond = 10;

/** Bodies that are being received or waiting to be cached hold at most so much memory. */
const maxHeldBytes = 256 * 1024 * 1024;

/** The receiver's parts in start order, and its server among them. */
export function receiverParts(options: ReceiverOptions): {
  parts: Part[];
  server: Part & { port(): number };
} {
  const { store, kafka, logger } = options;
  const clock = systemClock;
  const catalog = followCatalog({ store, logger });
  const tokens = followPushTokens({ store, catalog, logger, onRead: showExpiries });
  const producer = kafka.producer();
  const adapters = createAdapters({ ...options.adapters, logger });
  const xml = createXmlThread();
  const callApi = createCallApi(options);
  const relay = createRelay({ store, catalog, producer, adapters, xml, callApi, clock, logger });
  const marks = createMarks({ store, logger });
  const announcer = createAnnouncer({ relay, marks, producer, logger });
  const push = createAsyncPush({
    catalog,
    tokens,
    guesses: createGuessLimit({ burst: options.wrongTokens, perSecond: wrongTokensPerSecond, clock }),
    takeShare: createRateLimit(options.tenantRate),
    intake: createIntake({ store, logger }),
    announcer,
    room: createBodyRoom(maxHeldBytes),
    maxBodyBytes: options.maxBodyBytes,
    clock,
    logger,
  });
  // Without the broker pushes are still taken, so it does not count for readiness.
  const probes = createProbes({ service: 'receiver', parts: () => [store, catalog, tokens] });
  const app = createApp({ logger, service: 'receiver', probes }) as RequestHandler;
  const server = createHttpServer({
    ...options,
    app: (req, res) => (isPush(req) ? push(req, res) : app(req, res)),
    portSetting: 'RECEIVER_PORT',
  });
  const loops = [
    createRelayLoop({ store, relay, announcer, clock, logger }),
    createRetentionLoop({ store, clock, logger, keepDays: options.cacheDays }),
  ];
  const parts = [server, store, catalog, tokens, producer, adapters, xml, marks, announcer, ...loops];
  return { parts, server };
}

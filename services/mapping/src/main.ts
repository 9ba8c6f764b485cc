import { randomUUID } from 'node:crypto';
import {
  createApp,
  createGuessLimit,
  createHttpServer,
  createLogger,
  createProbes,
  loadSettings,
  runService,
  systemClock,
  type Part,
} from '@syncline/chassis';
import { topics } from '@syncline/contract';
import { createEvaluator } from '@syncline/functions';
import { createHistoryTaskLoop } from '@syncline/history-tasks';
import { connectKafka } from '@syncline/kafka';
import { connectStore, createLinkReadLoop, followCatalog, followPushTokens } from '@syncline/store';
import { createAfterHookLoop } from './after-hook.loop.ts';
import { createBatcher } from './batcher.ts';
import { CarryOut } from './carry-out.ts';
import { createCrmHistory, crmHistoryUse } from './crm-history.ts';
import { createCrmMatchNotes } from './crm-matches.ts';
import { createCrmReader } from './crm-reader.ts';
import { createDeadLettersRoute } from './dead-letters.route.ts';
import { createDueLoop } from './due.loop.ts';
import { createFunctions } from './functions.ts';
import { createHeldLoop } from './held.loop.ts';
import { handleMessage } from './on-message.ts';
import { createOpenApi } from './open-api.route.ts';
import { createPreviewRoute } from './preview.route.ts';
import { createRestored } from './restored.ts';
import { createRetentionLoop } from './retention.loop.ts';
import { createRetryRoute } from './retry.route.ts';
import { createRetryTaskLoop } from './retry-tasks.loop.ts';
import { createRetryTasksRoute } from './retry-tasks.route.ts';
import { crmRetryUse } from './retry/crm-fetch.ts';
import { createRunFunction } from './run-function.route.ts';
import { createRunning } from './running.ts';
import { createLinkTasksRoute } from './link-tasks.route.ts';
import { createCrmRecords, createCrmSlices } from './link/crm-records.ts';
import { mappingSettings } from './settings.ts';
import { createStreamControlsRoute } from './stream-controls.route.ts';
import { createTablesRoute } from './tables.route.ts';
import { createTaskRecords } from './task-records.ts';
import { createTokenCheck } from './token-check.ts';
import { withPauses } from './with-pauses.ts';

/** A historical sync task stays so long with a process that died. */
const historyLeaseMs = 20_000;

const settings = loadSettings(mappingSettings);
const logger = createLogger({ service: 'mapping', level: settings.logLevel });
const clock = systemClock;
const store = connectStore({ uri: settings.mongodbUri, secretKeys: settings.secretKeys, logger });
const catalog = withPauses(followCatalog({ store, logger }), { store, logger });
const tokens = followPushTokens({ store, catalog, logger });
const guesses = createGuessLimit({ burst: settings.wrongTokens, perSecond: 10, clock });
const tokenCheck = createTokenCheck({ catalog, tokens, guesses });
const kafka = connectKafka({
  brokers: settings.kafkaBrokers,
  clientId: 'syncline-mapping',
  topicPrefix: settings.topicPrefix,
  ssl: settings.kafkaSsl,
  sasl: settings.kafkaSasl,
  logger,
});
const producer = kafka.producer();
const evaluator = createEvaluator({
  workers: settings.workers,
  timeLimitMs: settings.expressionMs,
  memoryMb: settings.expressionMb,
  logger,
});
const restored = createRestored({ store, clock, logger });
const { syncsFrom } = restored;
const carryOut = { store, producer, evaluator, catalog, logger, clock, random: Math.random, syncsFrom };
const { workers, hooks: limits } = settings;
const functions = createFunctions({ store, catalog, clock, logger, workers, limits, carryOut });
const batcher = createBatcher((wake) => new CarryOut({ ...carryOut, runHook: functions.runHook, wake }));
const { callOpenApi, runAfterHook, scripts, callApi } = functions.withBatcher(batcher);
const groupId = 'syncline-mapping';
const reader = createCrmReader({ store, producer, kafka, groupId, clock });
const records = createTaskRecords({ store, catalog, evaluator });
const matches = createCrmMatchNotes({ store });
const history = { store, catalog, batcher, reader, records, clock };
reader.use(crmHistoryUse(history));
reader.use(crmRetryUse(history));
const consumer = kafka.consumer({
  groupId,
  topics: [topics.crmEvents, topics.erpRecords, topics.erpWriteResults, topics.crmWriteResults],
  first: [topics.erpWriteResults, topics.crmWriteResults],
  order: 'arrival',
  maxInFlight: 2_000,
  handle: handleMessage({ catalog, store, batcher, reader, records, matches, restored, clock }),
});
const parts: Part[] = [];
const app = createApp({
  logger,
  service: 'mapping',
  probes: createProbes({ service: 'mapping', parts: () => parts }),
});
const running = createRunning();
const decides = {
  store,
  catalog,
  batcher,
  evaluator,
  clock,
  random: Math.random,
  logger,
  running,
  tokenCheck,
};
app.use(createTablesRoute(decides), createLinkTasksRoute(decides));
const { runPreviewHook: runHook } = functions;
const previews = { store, catalog, evaluator, clock, runHook, tokenCheck };
app.use(createPreviewRoute(previews));
const retries = { store, catalog, batcher, reader, running, tokenCheck, clock, logger };
app.use(createRetryRoute(retries), createRetryTasksRoute({ ...previews, running }));
app.use(createStreamControlsRoute({ ...retries, catalog }), createDeadLettersRoute({ ...retries, producer }));
const { internalSecret } = settings;
if (internalSecret !== undefined) logger.addSecrets([internalSecret]);
app.use(createOpenApi({ callOpenApi, catalog, tokenCheck, internalSecret }));
app.use(createRunFunction({ hooks: scripts, callApi, catalog, internalSecret }));
const linkDeps = { store, reader, catalog, logger };
const crmRecords = createCrmRecords(linkDeps);
reader.use(crmRecords);
parts.push(
  createHttpServer({ host: settings.host, port: settings.port, portSetting: 'MAPPING_PORT', logger, app }),
  store,
  restored,
  catalog,
  tokens,
  producer,
  evaluator,
  ...functions.parts,
  batcher,
  reader,
  running,
  crmRecords,
  matches,
  createLinkReadLoop({
    store,
    side: 'crm',
    owner: randomUUID(),
    readSlice: createCrmSlices(linkDeps),
    clock,
    logger,
  }),
  consumer,
  createDueLoop({ store, batcher, clock, logger }),
  createHistoryTaskLoop({
    store,
    direction: 'crm-to-erp',
    reader: createCrmHistory(history),
    owner: randomUUID(),
    leaseMs: historyLeaseMs,
    clock,
    logger,
  }),
  createAfterHookLoop({ store, catalog, runHook: runAfterHook, clock, logger }),
  createRetryTaskLoop({ ...retries, owner: randomUUID() }),
  createHeldLoop({ store, catalog, batcher, clock, logger }),
  createRetentionLoop({ store, clock, logger, keepDays: settings.historyDays }),
);
await runService({ name: 'mapping', logger, drainMs: settings.drainMs, parts });

import { sleep, systemClock, type Clock, type Logger, type Part, type Readiness } from '@syncline/chassis';
import mongoose, { type Connection } from 'mongoose';
import { openAfterHooks } from './after-hooks.ts';
import { openArchive } from './archive.ts';
import { openApiKeys } from './api-keys.ts';
import { openAudit } from './audit.ts';
import { openBodies } from './bodies.ts';
import { openDatabase, type Database } from './collection.ts';
import { openConfig } from './config.ts';
import { openCounters } from './counters.ts';
import { openCrmMatches } from './crm-matches.ts';
import { openCrmReads } from './crm-reads.ts';
import { openDeadLetters } from './dead-letters.ts';
import { openDueTimes } from './due.ts';
import { openErpAttempts } from './erp-attempts.ts';
import { openFieldMappings } from './field-mappings.ts';
import { openHeldRows } from './held.ts';
import { openHistoryFailures } from './history-failures.ts';
import { openHistoryTasks } from './history-tasks.ts';
import { openHistoryTurns } from './history-turns.ts';
import { createIndexes } from './indexes.ts';
import { openInstances } from './instances.ts';
import { openLinkRecords } from './link-records.ts';
import { openLinkTasks } from './link-tasks.ts';
import { openMappingRows } from './mapping-rows.ts';
import { openOpenCreates } from './open-creates.ts';
import { openOperatorKey } from './operator-key.ts';
import { openPointers } from './pointers.ts';
import { openPollTasks } from './poll-tasks.ts';
import { openPollWindows } from './poll-windows.ts';
import { openPushCache } from './push-cache.ts';
import { openPushTokens } from './push-tokens.ts';
import { openRestores } from './restores.ts';
import { createSecretBox, type SecretBox } from './secret-box.ts';
import { openRetryTasks } from './retry-tasks.ts';
import { openStreamControls } from './stream-controls.ts';
import { openSyncHistory } from './sync-history.ts';
import { openSessions } from './sessions.ts';
import { openUsers } from './users.ts';
import { openWaits } from './waits.ts';

export interface StoreOptions {
  /** MONGODB_URI; without a database name it is `syncline` */
  uri: string;
  logger: Logger;
  /** SYNCLINE_SECRET_KEY; without one no catalog with tokens can be written, nor read once it was */
  secretKeys?: readonly Buffer[];
  clock?: Clock;
}

export type Store = ReturnType<typeof openCollections>;

export type StorePart = Store & Part & { ready(): Readiness };

const retryMs = 1000;

/** What the driver is told. Verbs have limits of their own (bounded.ts); these free the sockets behind them. */
const driverOptions = {
  serverSelectionTimeoutMS: 3000,
  connectTimeoutMS: 3000,
  socketTimeoutMS: 20_000,
  waitQueueTimeoutMS: 3000,
  heartbeatFrequencyMS: 2000,
  maxPoolSize: 20,
  writeConcern: { w: 'majority', journal: true },
  promoteBuffers: true,
  ignoreUndefined: true,
  bufferCommands: false,
  autoIndex: false,
  autoCreate: false,
  appName: 'syncline',
} as const;

function openCollections(database: Database, box: SecretBox, clock: Clock) {
  return {
    config: openConfig(database, box),
    counters: openCounters(database),
    bodies: openBodies(database, clock),
    pushCache: openPushCache(database),
    mappingRows: openMappingRows(database),
    pointers: openPointers(database),
    waits: openWaits(database),
    due: openDueTimes(database),
    openCreates: openOpenCreates(database),
    held: openHeldRows(database),
    afterHooks: openAfterHooks(database),
    syncHistory: openSyncHistory(database),
    erpAttempts: openErpAttempts(database),
    fieldMappings: openFieldMappings(database),
    pollTasks: openPollTasks(database),
    pollWindows: openPollWindows(database),
    crmMatches: openCrmMatches(database),
    crmReads: openCrmReads(database),
    historyTasks: openHistoryTasks(database),
    historyTurns: openHistoryTurns(database),
    historyFailures: openHistoryFailures(database),
    retryTasks: openRetryTasks(database),
    streamControls: openStreamControls(database),
    deadLetters: openDeadLetters(database),
    instances: openInstances(database),
    linkRecords: openLinkRecords(database),
    linkTasks: openLinkTasks(database),
    operatorKey: openOperatorKey(database),
    pushTokens: openPushTokens(database),
    restores: openRestores(database),
    archive: openArchive(database),
    users: openUsers(database),
    sessions: openSessions(database),
    apiKeys: openApiKeys(database),
    audit: openAudit(database),
  };
}

/**
 * The store, not connected until it is started. `start` waits for a store that is not there yet, makes the indexes and
 * proves that unique ones work. It comes back by itself after the store was away.
 */
export function connectStore(options: StoreOptions): StorePart {
  const { uri, logger, secretKeys = [], clock = systemClock } = options;
  const connection = mongoose.createConnection();
  const database = openDatabase(connection);
  const store = openCollections(database, createSecretBox(secretKeys), clock);
  const stopping = new AbortController();
  const reachable = watchReachable(connection);
  let isPrepared = false;

  async function prepare(): Promise<void> {
    await connection.openUri(uri, { ...driverOptions, ...databaseName(uri) });
    await createIndexes(connection, database.specs);
    isPrepared = true;
  }

  async function start(): Promise<void> {
    while (!isPrepared && !stopping.signal.aborted) {
      try {
        await prepare();
      } catch (error) {
        logger.warn('the store is not there yet and is tried again', { error });
        await connection.close().catch(() => undefined);
        await sleep(retryMs, stopping.signal);
      }
    }
  }

  return {
    ...store,
    name: 'store',
    start,
    async stop() {
      stopping.abort();
      await connection.close(true);
    },
    ready: () =>
      isPrepared && reachable() ? { ready: true } : { ready: false, reason: 'the store does not answer' },
  };
}

function databaseName(uri: string): { dbName?: string } {
  const named = /^mongodb(?:\+srv)?:\/\/[^/]+\/([^?]+)/.test(uri);
  return named ? {} : { dbName: 'syncline' };
}

/** Does a server take writes, as far as the driver's own heart-beat knows? */
function watchReachable(connection: Connection): () => boolean {
  let isWritable = false;
  connection.on('open', () => {
    isWritable = true;
    connection.getClient().on('topologyDescriptionChanged', ({ newDescription }) => {
      isWritable = [...newDescription.servers.values()].some((server) => server.isWritable);
    });
  });
  return () => isWritable;
}

import type { Catalog } from '@syncline/catalog';
import {
  createApp,
  createGuessLimit,
  createHttpServer,
  createLogger,
  createProbes,
  internalToken,
  systemClock,
  type Part,
} from '@syncline/chassis';
import {
  crmReadSchema,
  erpWriteSchema,
  readMessage,
  recordKey,
  stringifyJson,
  topics,
  type CrmRead,
  type ErpWrite,
  type ErpWriteOutcome,
  type Topic,
} from '@syncline/contract';
import { createEvaluator } from '@syncline/functions';
import { connectKafka, type Kafka, type Producer, type Received } from '@syncline/kafka';
import {
  connectStore,
  followCatalog,
  followPushTokens,
  type MappingRow,
  type StorePart,
} from '@syncline/store';
import { aCatalog, uniquePlace, type UniquePlace } from '@syncline/testkit';
import type express from 'express';
import { createAfterHookLoop } from './after-hook.loop.ts';
import { createBatcher } from './batcher.ts';
import { CarryOut } from './carry-out.ts';
import { crmHistoryUse, type CrmHistoryDeps } from './crm-history.ts';
import { createCrmMatchNotes } from './crm-matches.ts';
import { createCrmReader, type CrmReader } from './crm-reader.ts';
import { createFunctions } from './functions.ts';
import { handleMessage } from './on-message.ts';
import { createTaskRecords } from './task-records.ts';
import { createTokenCheck } from './token-check.ts';
import { createOpenApi } from './open-api.route.ts';
import { createRunFunction } from './run-function.route.ts';
import { pairKey } from './a-pair.fixture.ts';
import { pairDigest } from './pair.ts';
import { createRestored } from './restored.ts';
import { crmRetryUse } from './retry/crm-fetch.ts';
import { createRunning } from './running.ts';
import type { TablesDependencies } from './tables.route.ts';
import { withPauses, type PausableCatalog } from './with-pauses.ts';

const logger = createLogger({ service: 'test', level: 'error' });
const clock = systemClock;

async function stopAll(parts: readonly Part[]): Promise<void> {
  const deadline = AbortSignal.timeout(10_000);
  for (const part of [...parts].reverse()) {
    await part.stopIntake?.(deadline);
    await part.stop(deadline);
  }
}

/** Topics and a store of its own, with a CRM that tells of changes and an ERP that says yes. */
export class Surroundings {
  readonly place: UniquePlace = uniquePlace();
  readonly store: StorePart = connectStore({
    uri: this.place.mongodbUri,
    secretKeys: this.place.secretKeys,
    logger,
  });
  readonly writes: ErpWrite[] = [];
  readonly reads: CrmRead[] = [];
  readonly events: Received[] = [];
  readonly deadLetters: Received[] = [];
  private readonly kafka = this.newKafka();
  private readonly producer: Producer = this.kafka.producer();
  private readonly readers = this.kafka.consumer({
    groupId: 'test',
    topics: [topics.erpWrites, topics.crmEvents, topics.crmReads, topics.deadLetters],
    order: 'arrival',
    maxInFlight: 10_000,
    handle: (message) => this.take(message),
  });

  newKafka(): Kafka {
    const { kafkaBrokers: brokers, topicPrefix } = this.place;
    return connectKafka({ brokers, topicPrefix, clientId: 'test', logger });
  }

  async start(catalog: Partial<Catalog> = {}): Promise<void> {
    await this.store.start();
    await this.kafka.ensureTopics();
    const config = {
      catalog: aCatalog(catalog),
      digest: null,
      editedBy: 'apply' as const,
      expectedRevision: 0,
    };
    await this.store.config.replace(config);
    await this.producer.start();
    await this.readers.start();
  }

  async stop(): Promise<void> {
    await stopAll([this.store, this.producer, this.readers]);
    await this.kafka.close();
  }

  private async take(message: Received): Promise<void> {
    if (message.topic === topics.crmEvents) this.events.push(message);
    else if (message.topic === topics.crmReads) this.reads.push(readMessage(crmReadSchema, message.value));
    else if (message.topic === topics.deadLetters) this.deadLetters.push(message);
    else {
      const write = readMessage(erpWriteSchema, message.value);
      this.writes.push(write);
      await this.sayYes(write, message.key);
    }
  }

  /** what the ERP answers instead of its yes */
  erpSays: (write: ErpWrite) => ErpWriteOutcome | null = () => null;

  private async sayYes(write: ErpWrite, key: string): Promise<void> {
    const { syncId, attempt, rowId, operation, source } = write;
    const order = await this.store.counters.take('erpOrder', 1);
    const yes = { kind: 'accepted', dataId: `E-${source.dataId}`, detailIds: {}, order };
    const outcome = this.erpSays(write) ?? yes;
    const { tenantId, dataCenterId } = pairKey;
    const result = { syncId, attempt, rowId, tenantId, dataCenterId, operation, outcome, at: clock.now() };
    await this.publish(topics.erpWriteResults, key, stringifyJson(result));
  }

  publish(topic: Topic, key: string, value: string): Promise<void> {
    return this.producer.publish([{ topic, key, value }]);
  }

  send(messages: Parameters<Producer['publish']>[0]): Promise<void> {
    return this.producer.publish(messages);
  }

  /** The CRM tells that a person has given the account this name. */
  edit(dataId: string, name: string): Promise<void> {
    const event = {
      eventId: `${dataId}-${name}`,
      tenantId: pairKey.tenantId,
      objectApiName: pairKey.crmObject,
      dataId,
      operation: 'update',
      occurredAt: clock.now(),
      data: { _id: dataId, name, number: dataId },
    };
    const key = recordKey(pairKey.tenantId, pairKey.crmObject, dataId);
    return this.publish(topics.crmEvents, key, stringifyJson(event));
  }

  writesOf(dataId: string): ErpWrite[] {
    return this.writes.filter(({ source }) => source.dataId === dataId);
  }

  async rowOf(dataId: string): Promise<MappingRow | undefined> {
    const id = pairDigest(pairKey, 'crm', dataId);
    return (await this.store.mappingRows.readMany([id])).get(id);
  }
}

export const internalSecret = 's'.repeat(32);

export interface Answered {
  status: number;
  body: { errCode: string; errMsg: string; data?: unknown };
}

export interface RunningMapping {
  carryOut: CarryOut;
  /** posts to its HTTP server, with a token of the tenant unless headers say otherwise */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answered>;
  reader: CrmReader;
  /** what reading the CRM's past needs */
  history: CrmHistoryDeps;
  /** lets the reader's clock be so far ahead */
  laterBy(ms: number): void;
  /** how many messages it was given so far */
  taken(): number;
  catalog: PausableCatalog;
  /** what its routes are made from */
  deps: TablesDependencies;
  /** serves a router, and returns its address */
  serve(router: express.Router): Promise<string>;
  stop(): Promise<void>;
}

/**
 * The consuming part of mapping in this process, wired as in `main.ts`.
 * @param publish takes the place of the producer's own: one that fails is a process that was killed before it produced
 */
export async function startMapping(
  around: Surroundings,
  { publish, consumes = true }: { publish?: Producer['publish']; consumes?: boolean } = {},
): Promise<RunningMapping> {
  const store = connectStore({ uri: around.place.mongodbUri, secretKeys: around.place.secretKeys, logger });
  const kafka = around.newKafka();
  const catalog = withPauses(followCatalog({ store, logger }), { store, logger });
  const tokens = followPushTokens({ store, catalog, logger, everyMs: 100 });
  const guesses = createGuessLimit({ burst: 1_000, perSecond: 10, clock });
  const tokenCheck = createTokenCheck({ catalog, tokens, guesses });
  const own = kafka.producer();
  const producer = publish === undefined ? own : Object.assign(Object.create(own) as Producer, { publish });
  const evaluator = createEvaluator({ workers: 1, logger });
  const restored = createRestored({ store, clock, logger });
  const { syncsFrom } = restored;
  const carryOut = { store, producer, evaluator, catalog, logger, clock, random: Math.random, syncsFrom };
  const limits = { timeLimitMs: 2_000, memoryMb: 32 };
  const functions = createFunctions({ store, catalog, clock, logger, workers: 1, limits, carryOut });
  const newCarryOut = (wake: (rowIds: readonly string[]) => void) =>
    new CarryOut({ ...carryOut, runHook: functions.runHook, wake });
  const batcher = createBatcher(newCarryOut);
  const { callOpenApi, runAfterHook, scripts, callApi } = functions.withBatcher(batcher);
  const app = createApp({
    logger,
    service: 'mapping',
    probes: createProbes({ service: 'mapping', parts: () => [] }),
  });
  app.use(createOpenApi({ callOpenApi, catalog, tokenCheck, internalSecret }));
  app.use(createRunFunction({ hooks: scripts, callApi, catalog, internalSecret }));
  const server = createHttpServer({ host: '127.0.0.1', port: 0, portSetting: 'MAPPING_PORT', logger, app });
  const groupId = 'syncline-mapping';
  let laterMs = 0;
  const readersClock = { now: () => clock.now() + laterMs };
  const reader = createCrmReader({ store, producer, kafka, groupId, clock: readersClock });
  const records = createTaskRecords({ store, catalog, evaluator });
  const history = { store, catalog, batcher, reader, records, clock };
  reader.use(crmHistoryUse(history));
  reader.use(crmRetryUse(history));
  const matches = createCrmMatchNotes({ store });
  const handled = { catalog, store, batcher, reader, records, matches, restored, clock };
  const handle = handleMessage(handled);
  let taken = 0;
  const consumer = kafka.consumer({
    groupId,
    topics: [topics.crmEvents, topics.erpRecords, topics.erpWriteResults, topics.crmWriteResults],
    first: [topics.erpWriteResults, topics.crmWriteResults],
    order: 'arrival',
    maxInFlight: 2_000,
    handle: (message) => {
      taken += 1;
      return handle(message);
    },
  });
  const afterHooks = createAfterHookLoop({ store, catalog, runHook: runAfterHook, clock, logger });
  const consuming = consumes ? [consumer, afterHooks] : [];
  const parts: Part[] = [
    server,
    store,
    restored,
    catalog,
    tokens,
    own,
    evaluator,
    ...functions.parts,
    batcher,
    reader,
    matches,
    ...consuming,
  ];
  for (const part of parts) await part.start();
  await catalog.refresh();
  await tokens.refresh();
  const running = createRunning();
  const servers: Part[] = [running];
  return {
    deps: { store, catalog, batcher, evaluator, clock, random: Math.random, logger, running, tokenCheck },
    async serve(router) {
      const probes = createProbes({ service: 'mapping', parts: () => [] });
      const app = createApp({ logger, service: 'mapping', probes }).use(router);
      const server = createHttpServer({ host: '127.0.0.1', port: 0, logger, app });
      servers.push(server);
      await server.start();
      return `http://127.0.0.1:${String(server.port())}`;
    },
    carryOut: newCarryOut(() => undefined),
    post: (path, body, headers) => post(`http://127.0.0.1:${String(server.port())}${path}`, body, headers),
    reader,
    history,
    laterBy: (ms) => void (laterMs = ms),
    taken: () => taken,
    catalog,
    async stop() {
      await stopAll([...parts, ...servers]);
      await kafka.close();
    },
  };
}

async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Answered> {
  const { tenantId } = pairKey;
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      tenantId,
      token: internalToken(internalSecret, tenantId),
      ...headers,
    },
    body: typeof body === 'string' ? body : stringifyJson(body),
  });
  return { status: response.status, body: (await response.json()) as Answered['body'] };
}

import { createServer, connect as connectTcp, type Socket } from 'node:net';
import type { Catalog } from '@syncline/catalog';
import { createLogger, type Part } from '@syncline/chassis';
import {
  erpRecordSchema,
  readMessage,
  syncOutcomeSchema,
  topics,
  type ErpRecord,
  type SyncOutcome,
} from '@syncline/contract';
import { connectKafka, type Kafka } from '@syncline/kafka';
import { connectStore, type CachedPush, type StorePart } from '@syncline/store';
import { aCatalog, uniquePlace, type UniquePlace } from '@syncline/testkit';
import { headersWith, post, standardBody, type Answer } from './http.fixture.ts';
import { receiverParts, type ReceiverOptions } from './receiver.ts';

const logger = createLogger({ service: 'test', level: 'error' });
const never = new AbortController().signal;

/** Topics and a store of its own, with someone who reads what the receiver publishes. */
export class Surroundings {
  readonly place: UniquePlace = uniquePlace();
  readonly store: StorePart = connectStore({
    uri: this.place.mongodbUri,
    secretKeys: this.place.secretKeys,
    logger,
  });
  readonly kafka: Kafka = this.newKafka();
  /** in the order of the topic's partitions */
  readonly records: { key: string; record: ErpRecord; text: string }[] = [];
  readonly outcomes: SyncOutcome[] = [];
  readonly #consumer: Part = this.kafka.consumer({
    groupId: 'test',
    topics: [topics.erpRecords, topics.syncOutcomes],
    order: 'arrival',
    maxInFlight: 10_000,
    handle: ({ topic, key, value }) => {
      if (topic === topics.syncOutcomes) this.outcomes.push(readMessage(syncOutcomeSchema, value));
      else {
        const record = readMessage(erpRecordSchema, value);
        this.records.push({ key, record, text: value?.toString() ?? '' });
      }
      return Promise.resolve();
    },
  });

  newKafka(brokers: string[] = this.place.kafkaBrokers): Kafka {
    return connectKafka({ brokers, topicPrefix: this.place.topicPrefix, clientId: 'test', logger });
  }

  async start(catalog: Partial<Catalog> = {}): Promise<void> {
    await this.store.start();
    await this.kafka.ensureTopics();
    await this.store.config.replace({
      catalog: aCatalog(catalog),
      digest: null,
      editedBy: 'apply',
      expectedRevision: 0,
    });
    await this.#consumer.start();
  }

  async stop(): Promise<void> {
    for (const part of [this.#consumer, this.store]) await part.stop(never);
    await this.kafka.close();
  }

  recordsOf(dataId: string): ErpRecord[] {
    return this.records.flatMap(({ record }) => (record.dataId === dataId ? [record] : []));
  }

  /** What still waits to be announced, of any age. */
  unannounced(): Promise<CachedPush[]> {
    return this.store.pushCache.unannounced({ olderThan: Date.now() + 60_000, limit: 1_000 });
  }
}

export interface Running {
  port: number;
  push(id: string, body?: Buffer | string, over?: Record<string, string | undefined>): Promise<Answer>;
  stop(): Promise<void>;
}

export function pushTo(port: number): Running['push'] {
  return (id, body = standardBody({ FCUSTID: id }), over = {}) =>
    post({ port, headers: headersWith({ id, ...over }), body });
}

export interface StartOptions extends Partial<ReceiverOptions> {
  mongodbUri?: string;
  kafkaBrokers?: string[];
}

/** A receiver in this process. */
export async function startReceiver(around: Surroundings, over: StartOptions = {}): Promise<Running> {
  const { mongodbUri, secretKeys } = around.place;
  const store = connectStore({ uri: over.mongodbUri ?? mongodbUri, secretKeys, logger });
  const kafka = around.newKafka(over.kafkaBrokers);
  const { parts, server } = receiverParts({
    host: '127.0.0.1',
    port: 0,
    maxBodyBytes: 10 * 1024 * 1024,
    tenantRate: 0,
    wrongTokens: 1_000,
    cacheDays: 30,
    adapters: { workers: 1, timeLimitMs: 2_000, memoryMb: 32 },
    mappingUrl: 'http://127.0.0.1:9',
    internalSecret: undefined,
    store,
    kafka,
    logger,
    ...over,
  });
  for (const part of parts) await part.start();
  const port = server.port();
  return {
    port,
    push: pushTo(port),
    async stop() {
      const deadline = AbortSignal.timeout(5_000);
      await Promise.all(parts.map((part) => part.stopIntake?.(deadline) ?? Promise.resolve()));
      for (const part of [...parts].reverse()) await part.stop(deadline);
      await kafka.close();
    },
  };
}

/** A standard push in the cache. */
export function aCachedPush(id: string, receivedAt: number): CachedPush {
  return {
    id,
    tenantId: '81138',
    dataCenterId: 'dc-main',
    objectApiName: 'BD_Customer',
    dataId: id,
    operationType: null,
    order: 1,
    contentType: 'application/json',
    headers: {},
    body: Buffer.from(standardBody()),
    receivedAt,
    traceId: '0'.repeat(32),
    announcedAt: null,
  };
}

/** A way to a server that a test can freeze, as `kill -STOP` would: it takes connections and answers nothing. */
export interface Gate {
  port: number;
  freeze(): void;
  thaw(): void;
  close(): void;
}

export async function aGate(host: string, port: number): Promise<Gate> {
  const sockets = new Set<Socket>();
  let isFrozen = false;
  const server = createServer((client) => {
    const upstream = connectTcp(port, host);
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      if (isFrozen) socket.pause();
      socket
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(socket);
          client.destroy();
          upstream.destroy();
        });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    freeze() {
      isFrozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw() {
      isFrozen = false;
      for (const socket of sockets) socket.resume();
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

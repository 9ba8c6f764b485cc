import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Catalog, DataCenter } from '@syncline/catalog';
import { createLogger, type Part } from '@syncline/chassis';
import {
  erpWriteResultSchema,
  readMessage,
  stringifyJson,
  topics,
  type ErpWrite,
  type ErpWriteResult,
} from '@syncline/contract';
import { connectKafka, type Kafka, type Producer } from '@syncline/kafka';
import { connectStore, type MappingRow, type StorePart } from '@syncline/store';
import { aCatalog, aDataCenter, aTenant, eventually, uniquePlace, type UniquePlace } from '@syncline/testkit';
import { pusherParts } from './pusher.ts';

const logger = createLogger({ service: 'test', level: 'error' });
const now = new AbortController().signal;

/** What the ERP of a test was asked. */
export interface Asked {
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** An ERP on a port of its own; `answer` may be changed at any time. */
export async function anErp() {
  const asked: Asked[] = [];
  const erp = {
    asked,
    baseUrl: '',
    answer: (response: ServerResponse, _asked: Asked): void => {
      response.end('{"code":"0","data":{"masterDataId":"E1","detailDataIds":{"BD_Contact":["D1"]}}}');
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = {
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      asked.push(one);
      erp.answer(response, one);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  erp.baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/erp`;
  return erp;
}

/** Topics and a store of its own, with someone who writes to `erp.writes` and reads the results. */
export class Surroundings {
  readonly place: UniquePlace = uniquePlace();
  readonly results: { key: string; result: ErpWriteResult; text: string }[] = [];
  readonly store: StorePart = connectStore({
    uri: this.place.mongodbUri,
    secretKeys: this.place.secretKeys,
    logger,
  });
  readonly kafka: Kafka = this.newKafka();
  readonly #producer: Producer = this.kafka.producer();
  readonly #consumer: Part = this.kafka.consumer({
    groupId: 'test-results',
    topics: [topics.erpWriteResults],
    order: 'arrival',
    maxInFlight: 10_000,
    handle: (message) => {
      const result = readMessage(erpWriteResultSchema, message.value);
      this.results.push({ key: message.key, result, text: message.value?.toString() ?? '' });
      return Promise.resolve();
    },
  });

  newKafka(): Kafka {
    const { kafkaBrokers: brokers, topicPrefix } = this.place;
    return connectKafka({ brokers, topicPrefix, clientId: 'test', logger });
  }

  async start(dataCenter: Partial<DataCenter>, catalog: Partial<Catalog> = {}): Promise<void> {
    await this.store.start();
    await this.kafka.ensureTopics();
    const tenants = [aTenant({ dataCenters: [aDataCenter({ timeoutMs: 1_000, ...dataCenter })] })];
    await this.store.config.replace({
      catalog: aCatalog({ tenants, ...catalog }),
      digest: null,
      editedBy: 'apply',
      expectedRevision: 0,
    });
    await this.#producer.start();
    await this.#consumer.start();
  }

  async stop(): Promise<void> {
    for (const part of [this.#consumer, this.#producer, this.store]) await part.stop(now);
    await this.kafka.close();
  }

  /** Puts the write in its row's flight, as mapping does before it publishes. */
  async inFlight(...writes: ErpWrite[]): Promise<void> {
    const rows = await this.store.mappingRows.readMany(writes.map(({ rowId }) => rowId));
    const wanted = new Map(writes.map((write) => [write.rowId, write]));
    const next = [...wanted.values()].map((write) => aRow(write, (rows.get(write.rowId)?.version ?? 0) + 1));
    await this.store.mappingRows.compareAndSet(next, `token-${String(Math.random())}`);
  }

  async publish(...writes: ErpWrite[]): Promise<void> {
    await this.#producer.publish(
      writes.map((write) => ({ topic: topics.erpWrites, key: keyOf(write), value: stringifyJson(write) })),
    );
  }

  publishRaw(value: string): Promise<void> {
    return this.#producer.publish([{ topic: topics.erpWrites, key: 'raw', value }]);
  }

  /** Asks for a write and waits for what became of it. */
  async ask(write: ErpWrite): Promise<ErpWriteResult> {
    await this.inFlight(write);
    const before = this.resultsOf(write).length;
    await this.publish(write);
    return this.nextResult(write, before);
  }

  nextResult(write: ErpWrite, before: number, withinMs = 20_000): Promise<ErpWriteResult> {
    return eventually(() => this.resultsOf(write)[before] ?? Promise.reject(new Error('no result yet')), {
      withinMs,
    });
  }

  resultsOf({ syncId, attempt }: ErpWrite): ErpWriteResult[] {
    return this.results.flatMap(({ result }) =>
      result.syncId === syncId && result.attempt === attempt ? [result] : [],
    );
  }
}

const keyOf = ({ source, tenantId }: ErpWrite): string =>
  `${tenantId}/${source.objectApiName}/${source.dataId}`;

let writeCount = 0;

export function aWrite(over: Partial<ErpWrite> = {}): ErpWrite {
  writeCount += 1;
  const rowId = over.rowId ?? `row${String(writeCount)}`;
  return {
    syncId: `${rowId}-${String(writeCount)}`,
    attempt: 1,
    rowId,
    tenantId: '81138',
    dataCenterId: 'dc-main',
    streamId: '155bd981457343f291e0edc13776217f',
    objectApiName: 'BD_Customer',
    operation: 'create',
    guarded: (over.operation ?? 'create') === 'create',
    record: { master: { FName: 'Acme' }, details: {} },
    match: [],
    source: { objectApiName: 'AccountObj', dataId: rowId },
    requestedAt: Date.now(),
    ...over,
  };
}

function aRow(write: ErpWrite, version: number): MappingRow {
  return {
    id: write.rowId,
    version,
    tenantId: write.tenantId,
    dataCenterId: write.dataCenterId,
    crmObject: 'AccountObj',
    erpObject: write.objectApiName,
    beganOn: 'crm',
    crmId: write.source.dataId,
    erpId: write.dataId ?? '',
    crmName: '',
    erpName: '',
    isCreated: false,
    status: 2,
    lastSyncStatus: 3,
    lastSyncDataId: write.syncId,
    inFlightId: `${write.syncId}/${write.attempt}`,
    waitsOn: [],
    streamId: write.streamId,
    remark: '',
    createdAt: 0,
    updatedAt: 0,
    state: '{}',
  };
}

/** A pusher in this process. */
export async function startPusher(around: Surroundings): Promise<{ stop(): Promise<void> }> {
  const store = connectStore({ uri: around.place.mongodbUri, secretKeys: around.place.secretKeys, logger });
  const kafka = around.newKafka();
  const options = { host: '127.0.0.1', port: 0, maxInFlight: 256, privateNetworks: ['127.0.0.0/8'] };
  const parts = pusherParts({ ...options, store, kafka, logger });
  for (const part of parts) await part.start();
  return {
    async stop() {
      for (const part of [...parts].reverse()) {
        await part.stopIntake?.(now);
        await part.stop(now);
      }
      await kafka.close();
    },
  };
}

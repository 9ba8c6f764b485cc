import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Catalog, ErpObject, Poll } from '@syncline/catalog';
import { createLogger, type Clock, type Part } from '@syncline/chassis';
import { erpRecordSchema, readMessage, topics, type ErpRecord, type JsonObject } from '@syncline/contract';
import { connectKafka, type Kafka } from '@syncline/kafka';
import { connectStore, type PollTask, type PollWindow, type StorePart } from '@syncline/store';
import {
  aCatalog,
  aDataCenter,
  anErpObject,
  aTenant,
  eventually,
  freePort,
  uniquePlace,
  type UniquePlace,
} from '@syncline/testkit';
import { pollerParts, type PollerOptions } from './poller.ts';

const logger = createLogger({ service: 'test', level: 'error' });
export const taskIdOf = (objectApiName: string): string => `81138/dc-main/${objectApiName}`;
const now = new AbortController().signal;

export const aPoll = (over: Partial<Poll> = {}): Poll => ({
  everyMs: 3_600_000,
  pageSize: 10,
  overlapMs: 2_000,
  lagMs: 0,
  startFrom: Date.now() - 60_000,
  ...over,
});

export interface Asked {
  objectApiName: string;
  startTime: number;
  endTime: number;
  offset: number;
  limit: number;
}

interface Stamped {
  id: string;
  at: number;
  master: JsonObject;
}

/** An ERP on a port of its own, with records that are dated by its own clock. */
export class Erp {
  readonly asked: Asked[] = [];
  baseUrl = '';
  /** how far its clock is ahead of ours */
  skewMs = 0;
  /** the most requests for one object at the same time */
  mostAtOnce = 0;
  /** before each answer; may answer itself and return true */
  meanwhile: (asked: Asked, response: ServerResponse) => Promise<boolean> | boolean = () => false;
  readonly #objects = new Map<string, Map<string, Stamped>>();
  readonly #atOnce = new Map<string, number>();
  readonly #server: Server = createServer((request, response) => void this.#handle(request, response));

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.baseUrl = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/erp`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** An honest ERP again; its records stay. */
  reset(): void {
    this.asked.length = 0;
    this.mostAtOnce = 0;
    this.skewMs = 0;
    this.meanwhile = () => false;
  }

  edit(object: string, id: string, over: { at?: number; master?: JsonObject } = {}): void {
    const { at = Date.now() + this.skewMs, master = {} } = over;
    const records = this.#objects.get(object) ?? new Map<string, Stamped>();
    this.#objects.set(object, records);
    records.delete(id);
    records.set(id, { id, at, master: { FCUSTID: id, FName: `Customer ${id}`, ...master } });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://erp');
    response.setHeader('date', new Date(Date.now() + this.skewMs).toUTCString());
    const object = searchParams.get('objAPIName') ?? '';
    if (pathname.endsWith('/queryMasterById')) {
      const record = this.#objects.get(object)?.get(searchParams.get('dataId') ?? '');
      answer(response, record === undefined ? null : standard(object, record));
      return;
    }
    const number = (name: string): number => Number(searchParams.get(name));
    const asked = {
      objectApiName: object,
      startTime: number('startTime'),
      endTime: number('endTime'),
      offset: number('offset'),
      limit: number('limit'),
    };
    this.#count(object, 1);
    this.asked.push(asked);
    if (!(await this.meanwhile(asked, response))) answer(response, this.#page(asked));
    this.#count(object, -1);
  }

  #count(object: string, by: number): void {
    const atOnce = (this.#atOnce.get(object) ?? 0) + by;
    this.#atOnce.set(object, atOnce);
    this.mostAtOnce = Math.max(this.mostAtOnce, atOnce);
  }

  #page({ objectApiName, startTime, endTime, offset, limit }: Asked) {
    const all = [...(this.#objects.get(objectApiName)?.values() ?? [])]
      .filter(({ at }) => at >= startTime && at < endTime)
      .sort((a, b) => a.at - b.at);
    const page = all.slice(offset, offset + limit);
    return { totalNum: all.length, dataList: page.map((record) => standard(objectApiName, record)) };
  }
}

function standard(objAPIName: string, { master }: Stamped) {
  return { objAPIName, masterFieldVal: master, detailFieldVals: {} };
}

function answer(response: ServerResponse, data: unknown): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ code: '0', message: 'ok', data }));
}

export interface RunningPoller {
  url: string;
  stop(): Promise<void>;
}

/** Topics and a store of its own, with someone who reads `erp.records`. */
export class Surroundings {
  readonly place: UniquePlace = uniquePlace();
  readonly records: { key: string; record: ErpRecord }[] = [];
  readonly store: StorePart = connectStore({
    uri: this.place.mongodbUri,
    secretKeys: this.place.secretKeys,
    logger,
  });
  readonly kafka: Kafka = this.#newKafka();
  readonly #consumer: Part = this.kafka.consumer({
    groupId: 'test-records',
    topics: [topics.erpRecords],
    order: 'arrival',
    maxInFlight: 20_000,
    handle: (message) => {
      this.records.push({ key: message.key, record: readMessage(erpRecordSchema, message.value) });
      return Promise.resolve();
    },
  });
  #revision = 0;

  #newKafka(): Kafka {
    const { kafkaBrokers: brokers, topicPrefix } = this.place;
    return connectKafka({ brokers, topicPrefix, clientId: 'test', logger });
  }

  async start(): Promise<void> {
    await this.store.start();
    await this.kafka.ensureTopics();
    await this.#consumer.start();
  }

  async stop(): Promise<void> {
    for (const part of [this.#consumer, this.store]) await part.stop(now);
    await this.kafka.close();
  }

  /** Applies a catalog with these objects in `dc-main`. */
  async apply(baseUrl: string, objects: Partial<ErpObject>[], dataCenter = {}): Promise<void> {
    const tenants = [aTenant({ dataCenters: [aDataCenter({ baseUrl, timeoutMs: 5_000, ...dataCenter })] })];
    const catalog: Catalog = aCatalog({
      tenants,
      erpObjects: objects.map((it) => anErpObject(it)),
      streams: [],
    });
    this.#revision = await this.store.config.replace({
      catalog,
      digest: null,
      editedBy: 'apply',
      expectedRevision: this.#revision,
    });
  }

  /** A poller in this process. */
  async startPoller(over: Partial<PollerOptions> & { clock?: Clock } = {}): Promise<RunningPoller> {
    const store = connectStore({ uri: this.place.mongodbUri, secretKeys: this.place.secretKeys, logger });
    const kafka = this.#newKafka();
    const port = await freePort();
    const parts = pollerParts({
      host: '127.0.0.1',
      port,
      maxWalks: 16,
      maxPages: 10_000,
      leaseMs: 2_000,
      ledgerDays: 30,
      privateNetworks: ['127.0.0.0/8'],
      store,
      kafka,
      logger,
      ...over,
    });
    for (const part of parts) await part.start();
    return {
      url: `http://127.0.0.1:${port}`,
      async stop() {
        await Promise.all(parts.flatMap((part) => part.stopIntake?.(now) ?? []));
        for (const part of [...parts].reverse()) await part.stop(now);
        await kafka.close();
      },
    };
  }

  recordsOf(objectApiName: string): { key: string; record: ErpRecord }[] {
    return this.records.filter(({ record }) => record.objectApiName === objectApiName);
  }

  async task(objectApiName: string): Promise<PollTask> {
    const id = taskIdOf(objectApiName);
    const [task] = await this.store.pollTasks.list([id]);
    if (task === undefined) throw new Error(`there is no task ${id} yet`);
    return task;
  }

  /** Newest first. */
  async windows(objectApiName: string): Promise<PollWindow[]> {
    const taskId = taskIdOf(objectApiName);
    return (await this.store.pollWindows.list({ taskId, limit: 100 })).items;
  }

  async received(objectApiName: string, ids: readonly string[]): Promise<void> {
    await eventually(
      () => {
        const got = new Set(this.recordsOf(objectApiName).map(({ record }) => record.dataId));
        const missing = ids.filter((id) => !got.has(id));
        if (missing.length > 0)
          throw new Error(`${missing.length} are missing, ${missing.slice(0, 5).join()}`);
      },
      { withinMs: 30_000 },
    );
  }
}

export async function post(url: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(url, { method: 'POST' });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

export const runUrl = (poller: { url: string }, object: string): string =>
  `${poller.url}/poll-tasks/81138/dc-main/${object}/run`;

export const names = (count: number, prefix = 'C'): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index)}`);

import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger } from '@syncline/chassis';
import { noFates, syncStatus, topics, type Topic } from '@syncline/contract';
import { newHistoryTask } from '@syncline/history-tasks';
import { connectKafka, type Kafka, type Producer } from '@syncline/kafka';
import { connectStore, type HistoryWrite, type MappingRow, type StorePart } from '@syncline/store';
import {
  aCatalog,
  aDataCenter,
  anErpObject,
  aStream,
  aTenant,
  eventually,
  uniquePlace,
  type UniquePlace,
} from '@syncline/testkit';
import { consoleParts, type ConsoleOptions } from './console.ts';

const logger = createLogger({ service: 'test', level: 'error' });
const now = new AbortController().signal;

/** Of the user `admin`, whom the first console makes. */
export const adminPassword = 'seeded-secret-of-admin';

/** What stands in a hook of a stream. */
export const hookSource = 'function execute() {}';

/** Two tenants that are alike in all but their ids. */
export const tenantA = '81138';
export const tenantB = '90210';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  json: Record<string, unknown> & { items: Record<string, unknown>[]; next: string | null };
}

/** Topics and a store of its own, with someone who writes to them. */
export class Surroundings {
  readonly place: UniquePlace = uniquePlace();
  readonly store: StorePart = connectStore({
    uri: this.place.mongodbUri,
    secretKeys: this.place.secretKeys,
    logger,
  });
  readonly kafka: Kafka = this.newKafka();
  readonly producer: Producer = this.kafka.producer();

  newKafka(): Kafka {
    const { kafkaBrokers: brokers, topicPrefix } = this.place;
    return connectKafka({ brokers, topicPrefix, clientId: 'test', logger });
  }

  async start(): Promise<void> {
    await this.store.start();
    await this.kafka.ensureTopics();
    await this.producer.start();
  }

  async stop(): Promise<void> {
    await this.producer.stop(now);
    await this.store.stop(now);
    await this.kafka.close();
  }

  publish(topic: Topic, value: string | Buffer, headers: Record<string, string> = {}): Promise<void> {
    return this.producer.publish([{ topic, key: 'key', value, headers }]);
  }
}

/** A console in this process, and a service beside it that is ready. */
export async function startConsole(around: Surroundings, over: Partial<ConsoleOptions> = {}) {
  const beside = createServer((_request, response) => response.end('{"ready":true,"reasons":[]}'));
  beside.listen(0, '127.0.0.1');
  await once(beside, 'listening');
  const { port } = beside.address() as AddressInfo;
  const store = connectStore({ uri: around.place.mongodbUri, secretKeys: around.place.secretKeys, logger });
  const kafka = around.newKafka();
  const parts = consoleParts({
    host: '127.0.0.1',
    port: 0,
    allowedHosts: ['console.example'],
    services: [
      { name: 'receiver', url: `http://127.0.0.1:${port}` },
      { name: 'pusher', url: 'http://127.0.0.1:1' },
    ],
    keepDeadLettersDays: 90,
    keepAuditDays: 365,
    life: { sessionMs: 12 * 3_600_000, idleMs: 2 * 3_600_000 },
    proxies: 0,
    adminPassword,
    receiverUrl: 'https://sync.example',
    store,
    kafka,
    logger,
    ...over,
  });
  for (const part of parts) await part.start();
  const [server] = parts;
  const operatorKey = await around.store.operatorKey.read();
  const ask = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
    askAt(server.port(), path, { 'operator-key': operatorKey, ...headers });
  await eventually(async () => (await ask('/readyz')).status === 200, { withinMs: 30_000 });
  return {
    port: server.port(),
    operatorKey,
    ask,
    async stop() {
      for (const part of [...parts].reverse()) {
        await part.stopIntake?.(now);
        await part.stop(now);
      }
      await kafka.close();
      beside.closeAllConnections();
      beside.close();
    },
  };
}

/** One GET, the path as it is and any header, which `fetch` would not send. */
export function askAt(port: number, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const isJson = String(response.headers['content-type']).includes('json');
        const json = (isJson ? JSON.parse(text) : {}) as Answer['json'];
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
      });
    });
    asking.on('error', reject).end();
  });
}

function aRow(over: Partial<MappingRow> = {}): MappingRow {
  return {
    id: 'row',
    version: 1,
    tenantId: tenantA,
    dataCenterId: 'dc-main',
    crmObject: 'AccountObj',
    erpObject: 'BD_Customer',
    beganOn: 'crm',
    crmId: 'A1',
    erpId: '',
    crmName: 'Acme',
    erpName: '',
    isCreated: false,
    status: 1,
    lastSyncStatus: 6,
    lastSyncDataId: 'sync',
    inFlightId: null,
    waitsOn: [],
    streamId: aStream().id,
    remark: '',
    createdAt: 1_000,
    updatedAt: 1_000,
    state: '{"current":null}',
    ...over,
  };
}

function aSync(syncId: string, set: HistoryWrite['set'] = {}, events: HistoryWrite['events'] = []) {
  return {
    syncId,
    set: {
      rowId: 'row',
      tenantId: tenantA,
      dataCenterId: 'dc-main',
      streamId: aStream().id,
      direction: 'crm-to-erp',
      operation: 'create',
      source: { objectApiName: 'AccountObj', dataId: 'A1', name: 'Acme' },
      dest: { objectApiName: 'BD_Customer', dataId: 'E1', name: 'Acme' },
      status: syncStatus.success,
      errorClass: null,
      errorCode: null,
      errorMessage: null,
      attempts: 1,
      configRevision: 'r1',
      createdAt: 1_000,
      updatedAt: 1_000,
      ...set,
    },
    events,
  } satisfies HistoryWrite;
}

/** A stored body: long, with a number that a double cannot hold and keys that are data. */
export const bigBody = `{"master":{"name":"${'x'.repeat(300_000)}","amount":12345678901234567890,"__proto__":"data"},"details":{}}`;

/** Both tenants with rows, syncs, windows and field mappings; what is B's has its id after a `b`. */
export async function seed(store: StorePart): Promise<void> {
  const tenants = [tenantA, tenantB].map((id) =>
    aTenant({
      id,
      name: `Tenant ${id}`,
      dataCenters: [
        aDataCenter({ baseUrl: 'http://user:seeded-secret@127.0.0.1/erp', token: 'seeded-secret' }),
      ],
    }),
  );
  const poll = { everyMs: 360_000, pageSize: 100, overlapMs: 0, lagMs: 0, startFrom: null };
  await store.config.replace({
    catalog: aCatalog({
      tenants,
      erpObjects: [tenantA, tenantB].map((tenantId) => anErpObject({ tenantId, poll })),
      streams: [
        aStream({ hooks: { before: { kind: 'function', file: 'hooks/tidy.js', source: hookSource } } }),
        aStream({ direction: 'erp-to-crm', enabled: false }),
        aStream({ id: 'b-stream', tenantId: tenantB }),
      ],
    }),
    digest: null,
    editedBy: 'apply',
    expectedRevision: 0,
  });
  await seedRows(store);
  await seedSyncs(store);
  await seedPolls(store);
  await seedRetries(store);
  await seedHistoryTask(store);
  await store.fieldMappings.put(
    [tenantA, tenantB].map((tenantId) => ({
      tenantId,
      dataCenterId: 'dc-main',
      channel: 'STANDARD_CHANNEL',
      dataType: 'employee',
      crmId: `crm-${tenantId}`,
      crmName: 'Ann',
      erpId: `erp-${tenantId}`,
      erpName: 'Ann',
      updatedAt: 1_000,
    })),
  );
}

async function seedRows({ mappingRows }: StorePart): Promise<void> {
  const parked = {
    phase: 'parked',
    change: { syncId: 'row-waits-1', side: 'crm' },
    keys: [{ key: 'k', label: 'AccountObj A1' }],
    dueAt: 9_000,
  };
  await mappingRows.compareAndSet(
    [
      aRow({ id: 'row-1', erpId: 'E1', isCreated: true, updatedAt: 4_000 }),
      aRow({
        id: 'row-waits',
        crmObject: 'ContactObj',
        crmId: 'C1',
        lastSyncStatus: 2,
        updatedAt: 3_000,
        state: JSON.stringify({ current: parked }),
      }),
      aRow({ id: 'row-failed', crmId: '__proto__', lastSyncStatus: 5, updatedAt: 2_000 }),
      aRow({ id: 'row-voided', crmId: 'A9', status: 3, updatedAt: 1_000, streamId: null }),
      aRow({ id: 'b-row', tenantId: tenantB, lastSyncStatus: 5, streamId: 'b-stream' }),
    ],
    'seed',
  );
}

async function seedSyncs({ syncHistory, bodies }: StorePart): Promise<void> {
  await bodies.put([{ id: 'big', text: bigBody }]);
  await syncHistory.write([
    aSync('sync-1', { rowId: 'row-1', updatedAt: 4_000 }, [
      {
        id: 'e1',
        at: 1,
        kind: 'arrived',
        message: 'from the CRM',
        body: '{"master":{"n":1.10},"details":{}}',
      },
      { id: 'e2', at: 2, kind: 'sent', message: 'create sent', body: 'ref:big' },
      { id: 'e3', at: 3, kind: 'answered', message: '<script>alert(1)</script>' },
      { id: 'e4', at: 4, kind: 'sent', message: 'kept no longer', body: 'ref:gone' },
    ]),
    aSync('sync-2', {
      rowId: 'row-failed',
      status: 5,
      errorClass: 'rejected',
      errorCode: 'E42',
      errorMessage: 'no such currency',
      source: { objectApiName: 'AccountObj', dataId: '__proto__', name: 'Odd' },
      updatedAt: 3_000,
    }),
    aSync('sync-3', {
      direction: 'erp-to-crm',
      streamId: aStream({ direction: 'erp-to-crm' }).id,
      updatedAt: 2_000,
    }),
    aSync('b-sync', { tenantId: tenantB, rowId: 'b-row', streamId: 'b-stream' }, [
      { id: 'e1', at: 1, kind: 'arrived', message: 'of tenant B', body: '{}' },
    ]),
  ]);
}

async function seedRetries({ retryTasks }: StorePart): Promise<void> {
  const order = { id: 'task-1', tenantId: tenantA, by: 'ann', filter: '{}', rate: 50, createdAt: 1_000 };
  await retryTasks.add({ ...order, mode: 'stored' });
}

async function seedPolls({ pollWindows, pollTasks }: StorePart): Promise<void> {
  for (const tenantId of [tenantA, tenantB]) {
    const taskId = `${tenantId}/dc-main/BD_Customer`;
    await pollTasks.ensure([taskId]);
    await pollWindows.open({
      id: `window-${tenantId}`,
      taskId,
      tenantId,
      dataCenterId: 'dc-main',
      objectApiName: 'BD_Customer',
      kind: 'increment',
      startTime: 0,
      endTime: 1_000,
      fence: 1,
      status: 'complete',
      totalNum: 3,
      received: 3,
      pages: 1,
      readings: 1,
      fates: noFates(),
      error: null,
      openedAt: 1_000,
      closedAt: 1_100,
    });
  }
}

/** A message as a consumer buries it. */
export function buried(offset: number): { headers: Record<string, string>; topic: Topic } {
  const headers = {
    topic: topics.crmEvents,
    partition: '3',
    offset: String(offset),
    reason: 'the value is not JSON',
  };
  return { headers, topic: topics.deadLetters };
}

async function seedHistoryTask({ historyTasks, historyFailures }: StorePart): Promise<void> {
  const task = newHistoryTask({
    id: 'task-1',
    tenantId: tenantA,
    dataCenterId: 'dc-main',
    streamId: aStream().id,
    direction: 'crm-to-erp',
    objectApiName: 'AccountObj',
    ids: null,
    from: 0,
    to: 1_000,
    where: null,
    force: false,
    rate: 20,
    startAt: 1_000,
    createdAt: 1_000,
  });
  await historyTasks.add({ ...task, state: 'finished', endedAt: 2_000 });
  await historyFailures.add([
    { taskId: 'task-1', dataId: 'A1', syncId: 'sync-1', code: 'e1', message: 'no', at: 1_000 },
  ]);
}

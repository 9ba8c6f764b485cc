import { createLogger, systemClock, type Part } from '@syncline/chassis';
import { recordKey, stringifyJson, syncStatus, topics } from '@syncline/contract';
import { createHistoryTaskLoop, newHistoryTask, shownStateOf } from '@syncline/history-tasks';
import type { HistoryTask, HistoryTaskOrder } from '@syncline/store';
import { aStream, eventually } from '@syncline/testkit';
import { startMapping, Surroundings, type RunningMapping } from './a-mapping.fixture.ts';
import { pairKey } from './a-pair.fixture.ts';
import { createCrmHistory } from './crm-history.ts';

const withinMs = 40_000;
const { tenantId, dataCenterId, crmObject: objectApiName } = pairKey;
const logger = createLogger({ service: 'test', level: 'error' });
const now = new AbortController().signal;
let around: Surroundings;
let mapping: RunningMapping;
const loops: Part[] = [];

beforeEach(async () => {
  around = new Surroundings();
  await around.start();
  mapping = await startMapping(around);
}, 90_000);
afterEach(async () => {
  for (const loop of loops.splice(0)) await loop.stop(now);
  await mapping.stop();
  await around.stop();
}, 60_000);

/** A process that runs the tasks of the CRM. */
async function startLoop(owner = 'one'): Promise<Part> {
  const { history } = mapping;
  const loop = createHistoryTaskLoop({
    store: history.store,
    direction: 'crm-to-erp',
    reader: createCrmHistory(history),
    owner,
    leaseMs: 2_000,
    clock: systemClock,
    logger,
  });
  loops.push(loop);
  await loop.start();
  return loop;
}

async function addTask(id: string, over: Partial<HistoryTaskOrder> = {}): Promise<void> {
  const task = newHistoryTask({
    id,
    tenantId,
    dataCenterId,
    streamId: aStream().id,
    direction: 'crm-to-erp',
    objectApiName,
    ids: ['A1', 'A2'],
    from: null,
    to: null,
    where: null,
    force: true,
    rate: 1_000,
    startAt: 0,
    createdAt: 1_000,
    ...over,
  });
  await around.store.historyTasks.add(task);
}

async function taskOf(id: string): Promise<HistoryTask> {
  const task = await around.store.historyTasks.get(id);
  if (task === null) throw new Error(`there is no task ${id}`);
  return task;
}

const untilState = (id: string, state: string): Promise<HistoryTask> =>
  eventually(
    async () => {
      const task = await taskOf(id);
      return shownStateOf(task, Date.now()) === state && task;
    },
    { withinMs, everyMs: 100 },
  );

async function inStep(...accounts: string[]): Promise<void> {
  for (const id of accounts) await around.edit(id, `Name of ${id}`);
  await eventually(
    async () => {
      const rows = await Promise.all(accounts.map((id) => around.rowOf(id)));
      return rows.every((row) => row?.lastSyncStatus === syncStatus.success && row.inFlightId === null);
    },
    { withinMs, everyMs: 100 },
  );
}

/** The CRM answers a question with these accounts as they were made. */
async function answer(readId: string, ...accounts: string[]): Promise<void> {
  for (const dataId of accounts) {
    const event = {
      eventId: `${readId}/${dataId}`,
      tenantId,
      objectApiName,
      dataId,
      operation: 'update',
      occurredAt: Date.now(),
      data: { _id: dataId, name: `Name of ${dataId}`, number: dataId },
      readId,
    };
    await around.publish(topics.crmEvents, recordKey(tenantId, objectApiName, dataId), stringifyJson(event));
  }
  const end = { readId, tenantId, last: true, count: accounts.length };
  await around.publish(topics.crmEvents, `${tenantId}/end`, stringifyJson(end));
}

const untilAsked = (count: number) => eventually(() => around.reads.length === count, { withinMs });
const operations = (dataId: string): string[] =>
  [...new Set(around.writesOf(dataId).map(({ syncId, operation }) => `${syncId} ${operation}`))].map(
    (text) => text.split(' ')[1] ?? '',
  );

describe("a historical sync task of the CRM's records", () => {
  it('writes each record that the CRM gives, and counts it', async () => {
    await inStep('A1', 'A2');
    await addTask('t1');
    await startLoop();
    await untilAsked(1);
    expect(around.reads[0]).toMatchObject({ objectApiName, ids: ['A1', 'A2'] });
    await answer(around.reads[0]?.readId ?? '', 'A1', 'A2');
    const task = await untilState('t1', 'finished');
    expect(task).toMatchObject({ read: 2, fates: { changed: 2, created: 0, errors: 0, waiting: 0 } });
    expect([operations('A1'), operations('A2')]).toEqual([
      ['create', 'update'],
      ['create', 'update'],
    ]);
  }, 120_000);

  it('uses what is stored when the CRM does not answer within 60 s, and says so', async () => {
    await inStep('A1', 'A2');
    await addTask('t1', { ids: ['A1', 'A2', 'nobody'] });
    await startLoop();
    await untilAsked(1);
    mapping.laterBy(62_000);
    const task = await untilState('t1', 'finishedWithErrors');
    expect(task.problems).toEqual([
      'the CRM did not answer within 60 s: 2 stored snapshots were used from there on',
    ]);
    expect(task.fates).toMatchObject({ changed: 2, waiting: 0 });
    expect(operations('A1')).toEqual(['create', 'update']);
    expect(around.writesOf('A1').at(-1)?.record?.master['FName']).toBe('Name of A1');
  }, 120_000);

  it('uses those of a range, too', async () => {
    await inStep('A1', 'A2');
    await addTask('t1', { ids: null, from: Date.now() - 3_600_000, to: Date.now() + 3_600_000 });
    await startLoop();
    await untilAsked(1);
    mapping.laterBy(62_000);
    expect((await untilState('t1', 'finishedWithErrors')).fates).toMatchObject({ changed: 2 });
    expect(operations('A2')).toEqual(['create', 'update']);
  }, 120_000);

  it('waits for the one before it, which gives way when it is paused and goes on when it is resumed', async () => {
    await inStep('A1');
    await addTask('first', { ids: ['A1'], createdAt: 1 });
    await addTask('second', { ids: ['A1'], createdAt: 2 });
    await startLoop();
    await untilAsked(1);
    expect((await taskOf('second')).state).toBe('queued');
    await around.store.historyTasks.move('first', ['running'], { state: 'paused' });
    await untilAsked(2);
    await answer(around.reads[1]?.readId ?? '', 'A1');
    await untilState('second', 'finished');
    expect((await taskOf('first')).state).toBe('paused');
    await around.store.historyTasks.move('first', ['paused'], { state: 'queued' });
    await untilAsked(3);
    expect(around.reads[2]).toEqual(around.reads[0]);
    await answer(around.reads[2]?.readId ?? '', 'A1');
    expect((await untilState('first', 'finished')).fates.changed).toBe(1);
    expect(operations('A1')).toEqual(['create', 'update', 'update']);
  }, 120_000);

  it('is taken over when its lease ends', async () => {
    await inStep('A1');
    await addTask('t1', { ids: ['A1'] });
    const until = Date.now() + 1_500;
    await around.store.historyTasks.lease({ taskId: 't1', owner: 'dead', until, now: Date.now() });
    await around.store.historyTurns.take(tenantId, 't1');
    await startLoop();
    await untilAsked(1);
    expect(await taskOf('t1')).toMatchObject({ owner: 'one', fence: 2 });
    await answer(around.reads[0]?.readId ?? '', 'A1');
    await untilState('t1', 'finished');
  }, 120_000);
});

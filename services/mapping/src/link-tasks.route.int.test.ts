import { recordKey, stringifyJson, syncStatus, topics } from '@syncline/contract';
import { createLinkReadLoop, linkKeyOf, type LinkTask } from '@syncline/store';
import { eventually, pushToken } from '@syncline/testkit';
import { startMapping, Surroundings, type RunningMapping } from './a-mapping.fixture.ts';
import { pairKey } from './a-pair.fixture.ts';
import { createCrmRecords, createCrmSlices } from './link/crm-records.ts';
import { createLinkTasksRoute } from './link-tasks.route.ts';

const withinMs = 40_000;
const streamId = '155bd981457343f291e0edc13776217f';
const { tenantId, crmObject: objectApiName } = pairKey;
let around: Surroundings;
let mapping: RunningMapping;
let url: string;

beforeEach(async () => {
  around = new Surroundings();
  await around.start();
  mapping = await startMapping(around);
  url = `${await mapping.serve(createLinkTasksRoute(mapping.deps))}/link-tasks/${streamId}`;
}, 90_000);
afterEach(async () => {
  await mapping.stop();
  await around.stop();
}, 60_000);

const headers = { token: pushToken, tenantId };

async function call<T>(path = '', init: RequestInit = {}): Promise<T> {
  const response = await fetch(url + path, { headers, ...init });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return (text.startsWith('{') && !text.includes('\n') ? JSON.parse(text) : text) as T;
}

const begin = () =>
  call('', { method: 'POST', body: '{"from": 1, "to": 1000, "match": {"FNumber": "number"}}' });

async function theTask(): Promise<LinkTask> {
  const task = await around.store.linkTasks.get(streamId);
  if (task === null) throw new Error('there is no task');
  return task;
}

function slices() {
  const { logger, catalog } = mapping.deps;
  const deps = { store: around.store, reader: mapping.reader, catalog, logger };
  const records = createCrmRecords(deps);
  mapping.reader.use(records);
  return createCrmSlices(deps);
}

const read = (readSlice: ReturnType<typeof slices>, task: LinkTask) =>
  readSlice(task, { from: 1, to: 1000 }, new AbortController().signal);

/** The CRM's answer to the question that was asked. */
async function answer(numbers: Record<string, string>): Promise<void> {
  const question = await eventually(() => around.reads.at(-1) ?? false, { withinMs });
  const { readId } = question;
  for (const [dataId, number] of Object.entries(numbers)) {
    const data = { _id: dataId, name: `name of ${dataId}`, number };
    const event = {
      eventId: dataId,
      tenantId,
      objectApiName,
      dataId,
      operation: 'update',
      occurredAt: 5,
      data,
      readId,
    };
    await around.publish(topics.crmEvents, recordKey(tenantId, objectApiName, dataId), stringifyJson(event));
  }
  const end = { readId, tenantId, last: true, count: Object.keys(numbers).length };
  await around.publish(topics.crmEvents, `${tenantId}/end`, stringifyJson(end));
}

/** As the poller would. */
async function readErp(task: LinkTask, numbers: Record<string, string>): Promise<void> {
  const records = Object.entries(numbers).map(([dataId, number]) => ({
    run: task.run,
    side: 'erp' as const,
    dataId,
    name: '',
    ...linkKeyOf([number]),
  }));
  await around.store.linkRecords.put(records);
  await done(task, 'erp');
}

async function done(task: LinkTask, side: 'crm' | 'erp'): Promise<void> {
  const lease = { owner: 'test', until: Date.now() + 60_000, now: Date.now() };
  await around.store.linkTasks.lease(task, side, lease);
  await around.store.linkTasks.advance(task, side, 'test', { ...task[side], state: 'read' });
}

async function reportLines(): Promise<string[]> {
  const text = await call<string>('/report');
  return text.replace('\uFEFF', '').trim().split('\r\n').slice(1).sort();
}

describe('a link task', () => {
  it('reads both sides, reports, links what matches one to one, and what a person decides', async () => {
    const readSlice = slices();
    await begin();
    const task = await theTask();
    await expect(call('/report')).rejects.toThrow(/both sides have to be read first/);
    const reading = read(readSlice, task);
    await answer({ A1: '007', A2: '8 ', A3: 'twin', A4: 'twin', A5: '' });
    expect(await reading).toEqual({ records: 5, problem: null });
    await done(task, 'crm');
    await readErp(task, { E1: '007', E2: '8', E3: 'twin', E6: 'six' });
    expect(await reportLines()).toEqual([
      ',no-value,,A5,name of A5,,,',
      ',none,six,,,E6,,',
      ',one-to-one,007,A1,name of A1,E1,,',
      ',one-to-one,8,A2,name of A2,E2,,',
      ',several,twin,A3,name of A3,E3,,2 of the CRM and 1 of the ERP have this value',
      ',several,twin,A4,name of A4,E3,,2 of the CRM and 1 of the ERP have this value',
    ]);
    // Only a preview until now.
    expect(await around.rowOf('A1')).toBeUndefined();
    expect(await call('/apply?dryRun=true', { method: 'POST' })).toMatch(/"created":2/);
    expect(await around.rowOf('A1')).toBeUndefined();
    expect(await call('/apply', { method: 'POST' })).toMatch(/"created":2/);
    expect(await around.rowOf('A1')).toMatchObject({
      erpId: 'E1',
      isCreated: true,
      lastSyncStatus: syncStatus.success,
    });
    expect(await call('/apply', { method: 'POST' })).toMatch(/"rows":0/);
    const decisions = 'decision,crmDataId,erpDataId\nlink,A4,E3\nskip,A3,E3\n,A5,\nyes,A5,E6\nlink,A3,E3\n';
    const told = await call<string>('/decisions', { method: 'POST', body: decisions });
    expect(told).toMatch(/"created":1,.*"skipped":2,"refused":2/);
    expect(told).toContain('expected link or skip, not yes');
    expect(told).toContain('E3 is mapped to another record');
    expect((await reportLines()).filter((line) => line.includes('twin'))).toEqual(
      [
        ',conflict,twin,A3,name of A3,,,"its value is that of A4, which is linked to E3"',
        ',linked,twin,A4,name of A4,E3,,',
      ].map((line) => line.replace('A4, which', 'E3, which').replace('to E3"', 'to A4"')),
    );
    // What was linked is an update from now on.
    await around.edit('A1', 'Acme');
    await eventually(
      () => expect(around.writesOf('A1').map(({ operation }) => operation)).toEqual(['update']),
      { withinMs },
    );
    await call('', { method: 'DELETE' });
    expect([
      await around.store.linkTasks.get(streamId),
      await around.store.linkRecords.walk(task.run, null, 10),
    ]).toEqual([null, []]);
  }, 120_000);

  it('uses what is stored where the CRM does not answer, and says so', async () => {
    await around.edit('A1', 'Acme');
    await eventually(
      async () => expect((await around.rowOf('A1'))?.lastSyncStatus).toBe(syncStatus.success),
      { withinMs },
    );
    const readSlice = slices();
    await call('', { method: 'POST', body: '{"from": 1, "match": {"FNumber": "number"}}' });
    const task = await theTask();
    const reading = readSlice(task, { from: 1, to: Date.now() + 1000 }, new AbortController().signal);
    await eventually(() => expect(around.reads).toHaveLength(1), { withinMs });
    mapping.laterBy(62_000);
    expect(await reading).toEqual({
      records: 1,
      problem: expect.stringMatching(/did not answer within 60 s: 1 records that are stored/),
    });
    expect(await around.store.linkRecords.walk(task.run, null, 10)).toMatchObject([
      { side: 'crm', dataId: 'A1', ...linkKeyOf(['A1']) },
    ]);
  }, 120_000);

  it('goes on in another process where one died, and gives a failed side up with the reason', async () => {
    await begin();
    const task = await theTask();
    const clock = { now: () => Date.now() + laterMs };
    let laterMs = 0;
    await around.store.linkTasks.lease(task, 'crm', {
      owner: 'dead',
      until: clock.now() + 60_000,
      now: clock.now(),
    });
    let tries = 0;
    const loop = createLinkReadLoop({
      store: around.store,
      side: 'crm',
      owner: 'alive',
      everyMs: 20,
      clock,
      logger: { ...mapping.deps.logger, warn: () => undefined },
      readSlice: () => {
        tries += 1;
        laterMs += 600_000;
        return tries < 3
          ? Promise.reject(new Error('it is away'))
          : Promise.resolve({ records: 7, problem: 'one is missing' });
      },
    });
    await loop.start();
    try {
      await eventually(async () => expect((await theTask()).crm.owner).toBe('dead'), { withinMs });
      expect(tries).toBe(0);
      laterMs = 61_000;
      await eventually(async () => expect((await theTask()).crm.state).toBe('read'), { withinMs });
      expect((await theTask()).crm).toMatchObject({
        cursor: 1000,
        records: 7,
        problems: ['one is missing'],
        failures: 0,
      });
      expect(tries).toBe(3);
    } finally {
      await loop.stop(new AbortController().signal);
    }
  }, 120_000);
});

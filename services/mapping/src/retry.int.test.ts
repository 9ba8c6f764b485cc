import { createLogger, systemClock, type Part } from '@syncline/chassis';
import { recordKey, stringifyJson, syncStatus, topics, type ErpWrite } from '@syncline/contract';
import type { HistoryRecord, RetryTask } from '@syncline/store';
import { aStream, eventually, pushToken } from '@syncline/testkit';
import { startMapping, Surroundings, type RunningMapping } from './a-mapping.fixture.ts';
import { pairKey } from './a-pair.fixture.ts';
import { createRetryRoute } from './retry.route.ts';
import { createRetryTaskLoop } from './retry-tasks.loop.ts';
import { createRetryTasksRoute } from './retry-tasks.route.ts';

const withinMs = 40_000;
const { tenantId, crmObject: objectApiName } = pairKey;
const logger = createLogger({ service: 'test', level: 'error' });
const now = new AbortController().signal;
const no = { kind: 'rejected', code: '17', message: 'FName is not allowed' } as const;
let around: Surroundings;
let mapping: RunningMapping;
let url: string;
const loops: Part[] = [];

beforeEach(async () => {
  around = new Surroundings();
  await around.start();
  mapping = await startMapping(around);
  const { deps, reader } = mapping;
  const runHook = () => Promise.reject(new Error('there are no hooks'));
  const routes = createRetryRoute({ ...deps, reader });
  routes.use(createRetryTasksRoute({ ...deps, runHook }));
  url = await mapping.serve(routes);
}, 90_000);
afterEach(async () => {
  for (const loop of loops.splice(0)) await loop.stop(now);
  await mapping.stop();
  await around.stop();
}, 60_000);

interface Answer {
  status: number;
  errCode?: string;
  errMsg?: string;
  carriedOnBy?: string;
  message?: string;
}

const headers = { token: pushToken, tenantId };

async function call<T = Answer>(
  path: string,
  body?: unknown,
  with_: Record<string, string> = headers,
): Promise<T & Answer> {
  const response = await fetch(url + path, {
    headers: with_,
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: response.status, ...((await response.json()) as T) };
}

/** Waits until the newest sync of the account has this status and its story is told. */
function untilSync(dataId: string, status: number): Promise<HistoryRecord> {
  return eventually(
    async () => {
      const row = await around.rowOf(dataId);
      if (row?.lastSyncStatus !== status || row.inFlightId !== null) return false;
      const sync = (await around.store.syncHistory.getMany([row.lastSyncDataId])).get(row.lastSyncDataId);
      return sync?.status === status && sync;
    },
    { withinMs, everyMs: 50 },
  );
}

async function failing(dataId: string, name = 'Acme'): Promise<HistoryRecord> {
  around.erpSays = () => no;
  const before = (await around.rowOf(dataId))?.lastSyncDataId;
  await around.edit(dataId, name);
  await eventually(async () => (await around.rowOf(dataId))?.lastSyncDataId !== before, { withinMs });
  const failed = await untilSync(dataId, syncStatus.failed);
  around.erpSays = () => null;
  return failed;
}

const syncOf = async (syncId: string) => (await around.store.syncHistory.getMany([syncId])).get(syncId);
const names = (writes: ErpWrite[]) =>
  writes.map(({ operation, record }) => [operation, record?.master['FName']]);

/** A process that runs bulk retries. */
async function startLoop(owner: string): Promise<Part> {
  const { deps, reader } = mapping;
  const loop = createRetryTaskLoop({ ...deps, reader, owner, clock: systemClock, logger });
  loops.push(loop);
  await loop.start();
  return loop;
}

interface Shown {
  id: string;
  state: string;
  progress: { done: number; total: number; created: number; updated: number; failed: number; left: object };
}

const untilOver = (id: string): Promise<Shown> =>
  eventually(
    async () => {
      const task = await call<Shown>(`/retry-tasks/${id}`);
      return task.state === 'finished' && task;
    },
    { withinMs, everyMs: 100 },
  );

describe('the retry of one record', () => {
  it('sends what failed, says who asked, and its success resolves the failure', async () => {
    const failed = await failing('A1');
    const answer = await call(`/syncs/${failed.syncId}/retry`, { by: 'ann' });
    expect(answer).toMatchObject({ status: 200, syncId: failed.syncId });
    const done = await untilSync('A1', syncStatus.success);
    expect(done.syncId).toBe(answer.carriedOnBy);
    expect(done.events.map(({ message }) => message).join()).toContain('retried by ann');
    const before = await eventually(async () => {
      const sync = await syncOf(failed.syncId);
      return sync?.resolvedBy === done.syncId && sync;
    });
    expect(before.status).toBe(syncStatus.failed);
    const again = await call(`/syncs/${failed.syncId}/retry`, {});
    expect([again.status, again.errCode]).toEqual([200, undefined]);
    await untilSync('A1', syncStatus.success);
    expect(around.writesOf('A1').filter(({ operation }) => operation === 'create')).toHaveLength(2);
  }, 120_000);

  it('refuses a stored state that something newer has followed', async () => {
    const failed = await failing('A1', 'old');
    await around.edit('A1', 'new');
    await untilSync('A1', syncStatus.success);
    const writes = around.writesOf('A1').length;
    const answer = await call(`/syncs/${failed.syncId}/retry`, {});
    expect(answer).toMatchObject({
      status: 409,
      errMsg: expect.stringMatching(/has changed since \(name\)/),
    });
    const edited = await call(`/syncs/${failed.syncId}/edit`, { fields: { name: 'older' } });
    expect(edited.status).toBe(409);
    expect(around.writesOf('A1')).toHaveLength(writes);
  }, 120_000);

  it('sends what a person corrected, and the history shows what', async () => {
    const failed = await failing('A1', 'Acme!');
    expect(await call(`/syncs/${failed.syncId}/record`)).toMatchObject({
      record: { data: { _id: 'A1', name: 'Acme!' } },
    });
    const answer = await call(`/syncs/${failed.syncId}/edit`, { by: 'ann', fields: { name: 'Acme' } });
    expect(answer).toMatchObject({ status: 200, message: 'It is tried with name "Acme!" → "Acme".' });
    const done = await untilSync('A1', syncStatus.success);
    expect(names(around.writesOf('A1')).at(-1)).toEqual(['create', 'Acme']);
    const [arrived] = done.events.filter(({ kind }) => kind === 'arrived');
    expect(arrived?.message).toBe('given by a person here; corrected by ann: name "Acme!" → "Acme"');
    expect(arrived?.body).toContain('"Acme"');
  }, 120_000);

  it('refuses a correction that is none, or of another record, and names what is wrong', async () => {
    const { syncId } = await failing('A1');
    const edit = (body: object) => call(`/syncs/${syncId}/edit`, body);
    expect(await edit({ fields: { name: 'Acme' } })).toMatchObject({ status: 400 });
    expect(await edit({})).toMatchObject({ status: 400 });
    const other = await edit({ record: { _id: 'A2', name: 'x' } });
    expect(other.errMsg).toContain('it is A2, and the sync is of A1');
    expect(await call('/syncs/nix/retry', {})).toMatchObject({ status: 404 });
    expect(await call(`/syncs/${syncId}/retry`, {}, { token: 'x', tenantId })).toMatchObject({ status: 401 });
  }, 120_000);

  it('settles an unknown outcome by the id under which it exists, or by sending it again', async () => {
    around.erpSays = () => ({ kind: 'accepted', dataId: '', detailIds: {}, order: 1 });
    await around.edit('A1', 'Acme');
    await around.edit('A2', 'Beta');
    const [one, two] = await Promise.all([
      untilSync('A1', syncStatus.unknown),
      untilSync('A2', syncStatus.unknown),
    ]);
    around.erpSays = () => null;
    expect(await call(`/syncs/${one.syncId}/retry`, {})).toMatchObject({ status: 409 });
    expect(await call(`/syncs/${one.syncId}/resolve`, { reason: 'x' })).toMatchObject({ status: 409 });
    expect(await call(`/syncs/${one.syncId}/settle`, { exists: 'E-9', by: 'ann' })).toMatchObject({
      status: 200,
    });
    expect(await call(`/syncs/${two.syncId}/settle`, { sendAgain: true })).toMatchObject({ status: 200 });
    await untilSync('A1', syncStatus.success);
    await untilSync('A2', syncStatus.success);
    expect(await around.rowOf('A1')).toMatchObject({ erpId: 'E-9' });
    expect(new Set(around.writesOf('A2').map(({ syncId }) => syncId)).size).toBe(1);
  }, 120_000);

  it('marks a failure as resolved, with who and why', async () => {
    const { syncId } = await failing('A1');
    expect(await call(`/syncs/${syncId}/resolve`, {})).toMatchObject({ status: 400 });
    expect(await call(`/syncs/${syncId}/resolve`, { by: 'ann', reason: 'entered by hand' })).toMatchObject({
      status: 200,
    });
    const sync = await syncOf(syncId);
    expect(sync?.resolvedBy).toBe('operator');
    expect(sync?.events.at(-1)?.message).toBe('marked resolved by ann: entered by hand');
    expect(await call(`/syncs/${syncId}/resolve`, { reason: 'x' })).toMatchObject({ status: 409 });
  }, 120_000);

  it('asks the CRM again and decides what it gives', async () => {
    const failed = await failing('A1', 'old');
    const asked = call(`/syncs/${failed.syncId}/retry`, { mode: 'fetch', by: 'ann' });
    const { readId, ids } = await eventually(() => around.reads.at(-1) ?? false, { withinMs });
    expect(ids).toEqual(['A1']);
    const event = {
      eventId: readId,
      tenantId,
      objectApiName,
      dataId: 'A1',
      operation: 'update',
      occurredAt: Date.now(),
      data: { _id: 'A1', name: 'fixed', number: 'A1' },
      readId,
    };
    await around.publish(topics.crmEvents, recordKey(tenantId, objectApiName, 'A1'), stringifyJson(event));
    await around.publish(
      topics.crmEvents,
      `${tenantId}/end`,
      stringifyJson({ readId, tenantId, last: true, count: 1 }),
    );
    expect(await asked).toMatchObject({ status: 200, message: expect.stringContaining('has given it') });
    await untilSync('A1', syncStatus.success);
    expect(names(around.writesOf('A1')).at(-1)).toEqual(['create', 'fixed']);
    expect(await around.store.crmReads.get(readId)).toBeNull();
  }, 120_000);
});

describe('a bulk retry', () => {
  const accounts = Array.from({ length: 30 }, (_, i) => `A${String(i)}`);
  const order = { tenantId, filter: { streamId: aStream().id, errorCode: '17' }, rate: 1_000 };

  async function refused(): Promise<void> {
    around.erpSays = () => no;
    for (const id of accounts) await around.edit(id, `Name of ${id}`);
    for (const id of accounts) await untilSync(id, syncStatus.failed);
    around.erpSays = () => null;
  }

  it('shows what it would do, does it once, and reports', async () => {
    await refused();
    await around.edit('A0', 'newer');
    await untilSync('A0', syncStatus.success);
    await failing('A1', 'again');
    const preview = await call<{ total: number; counts: object; sample: { request: unknown }[] }>(
      '/retry-tasks/preview',
      order,
    );
    // The first account's failure is resolved by its success, the second has two of which the newest counts.
    expect(preview).toMatchObject({ total: 30, counts: { create: 29, 'skipped: newer': 1 } });
    expect(preview.sample.map(({ request }) => request)).toContainEqual(
      expect.objectContaining({ to: 'erp', method: 'POST' }),
    );
    expect(around.writes.filter(({ operation }) => operation === 'create')).toHaveLength(32);
    await startLoop('one');
    const { id } = await call<Shown>('/retry-tasks', order);
    const task = await untilOver(id);
    expect(task.progress).toMatchObject({ done: 30, total: 30, created: 29, failed: 0, left: { newer: 1 } });
    for (const account of accounts) await untilSync(account, syncStatus.success);
    const report = await call<{ items: { code: string }[] }>(`/retry-tasks/${id}/report`);
    expect(report.items.map(({ code }) => code)).toEqual(['newer']);
    const again = await untilOver((await call<Shown>('/retry-tasks', order)).id);
    expect(again.progress).toMatchObject({ done: 0, total: 0 });
  }, 120_000);

  it('counts what fails again, and takes no record twice', async () => {
    await refused();
    around.erpSays = ({ source }) => (source.dataId === 'A3' ? no : null);
    await startLoop('one');
    const { id } = await call<Shown>('/retry-tasks', order);
    expect((await untilOver(id)).progress).toMatchObject({ created: 29, failed: 1, left: {} });
    expect(around.writesOf('A3')).toHaveLength(2);
    const report = await call<{ items: { dataId: string; code: string }[] }>(`/retry-tasks/${id}/report`);
    expect(report.items).toMatchObject([{ dataId: 'A3', code: '17' }]);
  }, 120_000);

  it('goes on where its process died, and what was tried is not tried again', async () => {
    await refused();
    const task = await call<Shown>('/retry-tasks', order);
    const held = (await around.store.retryTasks.lease({
      taskId: task.id,
      owner: 'dead',
      until: Date.now() + 1_500,
      now: Date.now(),
    })) as RetryTask;
    await around.store.retryTasks.advance(
      { taskId: task.id, owner: 'dead', fence: held.fence },
      { total: 30 },
    );
    const walked = await around.store.syncHistory.walk({
      tenantId,
      filter: { status: 5, to: held.createdAt },
      after: '',
      limit: 10,
    });
    // It dies after it has tried some of a part, before it has noted that.
    await mapping.deps.batcher.submit(
      walked.map(({ rowId, syncId }) => ({
        kind: 'row',
        rowId,
        input: {
          kind: 'operator',
          by: 'ann',
          taskId: task.id,
          action: { do: 'retry', side: 'crm', syncId },
        },
      })),
    );
    await startLoop('two');
    expect((await untilOver(task.id)).progress).toMatchObject({ done: 30 });
    for (const account of accounts) {
      await untilSync(account, syncStatus.success);
      expect(around.writesOf(account)).toHaveLength(2);
    }
  }, 120_000);

  it('is stopped by a person, and refuses what is not understood', async () => {
    const { id } = await call<Shown>('/retry-tasks', order);
    expect(await call(`/retry-tasks/${id}/stop`, {})).toMatchObject({ state: 'stopped' });
    expect(await call(`/retry-tasks/${id}/stop`, {})).toMatchObject({ status: 409 });
    const wrong = await call('/retry-tasks', { tenantId, filter: { states: [3] } });
    expect(wrong).toMatchObject({ status: 400, errMsg: expect.stringContaining('$.filter.states') });
    expect(await call('/retry-tasks', { tenantId: 'other' })).toMatchObject({ status: 404 });
    const { items } = await call<{ items: Shown[] }>('/retry-tasks');
    expect(items.map((one) => one.id)).toEqual([id]);
  }, 120_000);
});

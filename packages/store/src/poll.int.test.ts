import { noFates } from '@syncline/contract';
import { aStore, many, type TestStore } from './a-store.fixture.ts';
import type { PollWindow } from './poll-windows.ts';

let test: TestStore;
beforeAll(async () => {
  test = await aStore();
});
afterAll(() => test.close());

const leaseOf = (taskId: string, owner: string, now: number) =>
  test.store.pollTasks.lease({ taskId, owner, until: now + 1000, now });

describe('pollTasks', () => {
  it('makes tasks once', async () => {
    const { pollTasks } = test.store;
    await Promise.all(many(5, () => pollTasks.ensure(['t/dc/a', 't/dc/b'])));
    await leaseOf('t/dc/a', 'me', 0);
    await pollTasks.ensure(['t/dc/a', 't/dc/b']);
    const listed = await pollTasks.list(['t/dc/a', 't/dc/b']);
    expect(listed.map(({ id, owner, fence, checkpoint }) => [id, owner, fence, checkpoint])).toEqual([
      ['t/dc/a', 'me', 1, null],
      ['t/dc/b', null, 0, null],
    ]);
    expect(await leaseOf('unknown', 'me', 0)).toBeNull();
  });

  it('notes since when slots count, and which run served them', async () => {
    const { pollTasks } = test.store;
    await pollTasks.ensure(['slots'], 500);
    await pollTasks.ensure(['slots'], 900);
    const taken = await leaseOf('slots', 'me', 1000);
    expect(taken?.servedAt).toBe(500);
    const lease = { taskId: 'slots', owner: 'me', fence: taken?.fence ?? 0 };
    await pollTasks.advance({ ...lease, checkpoint: 100, at: 1200 });
    expect((await pollTasks.list(['slots']))[0]).toMatchObject({ servedAt: 500, triedAt: 1200 });
    await pollTasks.advance({ ...lease, checkpoint: null, at: 1300, servedAt: 1000 });
    expect((await pollTasks.list(['slots']))[0]).toMatchObject({ servedAt: 1000, checkpoint: null });
  });

  it('gives a task to one of 20 owners, and to the next when the lease has ended', async () => {
    const { pollTasks } = test.store;
    await pollTasks.ensure(['raced']);
    const another = await test.another();
    for (const [round, now] of [0, 1000, 2000].entries()) {
      const answers = await Promise.all(
        many(20, (index) =>
          (index % 2 === 0 ? test.store : another).pollTasks.lease({
            taskId: 'raced',
            owner: `owner-${String(index)}`,
            until: now + 1000,
            now,
          }),
        ),
      );
      const taken = answers.filter((answer) => answer !== null);
      expect(taken).toHaveLength(1);
      expect(taken[0]?.fence).toBe(round + 1);
    }
    expect(await leaseOf('raced', 'early', 2999)).toBeNull();
  });

  it('lets nobody but the holder of the newest lease move the checkpoint', async () => {
    const { pollTasks } = test.store;
    await pollTasks.ensure(['fenced']);
    const first = await leaseOf('fenced', 'one', 0);
    const second = await leaseOf('fenced', 'two', 5000);
    const old = { taskId: 'fenced', owner: 'one', fence: first?.fence ?? 0 };
    const current = { taskId: 'fenced', owner: 'two', fence: second?.fence ?? 0 };
    expect(await pollTasks.advance({ ...old, checkpoint: 100, at: 1 })).toBe(false);
    expect(await pollTasks.renew({ ...old, until: 99_000 })).toBe(false);
    expect(await pollTasks.release(old)).toBe(false);
    expect(await pollTasks.fail({ ...current, failures: 2, lastError: 'totals moved', at: 6000 })).toBe(true);
    expect(await pollTasks.renew({ ...current, until: 9000 })).toBe(true);
    expect((await pollTasks.list(['fenced']))[0]).toMatchObject({
      owner: 'two',
      until: 9000,
      checkpoint: null,
      failures: 2,
      lastError: 'totals moved',
    });
    expect(await pollTasks.advance({ ...current, checkpoint: 200, at: 7000 })).toBe(true);
    expect(await pollTasks.release(current)).toBe(true);
    expect((await pollTasks.list(['fenced']))[0]).toMatchObject({
      owner: null,
      checkpoint: 200,
      failures: 0,
      triedAt: 7000,
    });
    expect((await leaseOf('fenced', 'three', 0))?.fence).toBe(3);
  });
});

function aWindow(id: string, openedAt: number): PollWindow {
  return {
    id,
    taskId: 't/dc/BD_Customer',
    tenantId: 't',
    dataCenterId: 'dc',
    objectApiName: 'BD_Customer',
    kind: 'increment',
    startTime: 0,
    endTime: 1000,
    fence: 1,
    status: 'open',
    totalNum: null,
    received: 0,
    pages: 0,
    readings: 0,
    fates: noFates(),
    error: null,
    openedAt,
    closedAt: null,
  };
}

describe('pollWindows', () => {
  it('adds up what became of the records, also after the end, and for no window that is gone', async () => {
    const { pollWindows } = test.store;
    await pollWindows.open({ ...aWindow('counted', 50), tenantId: 'counts' });
    const some = { changed: 2, created: 0, unchanged: 1, errors: 0, waiting: 3 };
    await Promise.all(
      many(5, () =>
        pollWindows.count(
          new Map([
            ['counted', some],
            ['gone', some],
          ]),
        ),
      ),
    );
    await pollWindows.close('counted', { status: 'complete', closedAt: 60 });
    await pollWindows.count(
      new Map([['counted', { changed: 15, created: 0, unchanged: 0, errors: 1, waiting: -16 }]]),
    );
    const { items } = await pollWindows.list({ tenantId: 'counts', limit: 10 });
    expect(items.map(({ id, status, fates }) => [id, status, fates])).toEqual([
      ['counted', 'complete', { changed: 25, created: 0, unchanged: 5, errors: 1, waiting: 0 }],
    ]);
    await pollWindows.removeOlderThan(51, 10);
  });

  it('keeps a ledger of windows, newest first', async () => {
    const { pollWindows } = test.store;
    await pollWindows.open(aWindow('w1', 1));
    await pollWindows.open(aWindow('w2', 2));
    await pollWindows.update('w1', { received: 100, pages: 1, totalNum: 150 });
    await pollWindows.close('w1', { status: 'complete', received: 150, pages: 2, closedAt: 9 });
    await pollWindows.close('w2', { status: 'failed', error: 'HTTP 500', closedAt: 10 });
    await pollWindows.open(aWindow('w3', 0));
    await pollWindows.close('w3', { status: 'short', error: 'page 1, row 2: no id', closedAt: 11 });
    const all = await pollWindows.list({ tenantId: 't', limit: 10 });
    expect(all.items).toEqual([
      { ...aWindow('w2', 2), status: 'failed', error: 'HTTP 500', closedAt: 10 },
      { ...aWindow('w1', 1), status: 'complete', received: 150, pages: 2, totalNum: 150, closedAt: 9 },
      { ...aWindow('w3', 0), status: 'short', error: 'page 1, row 2: no id', closedAt: 11 },
    ]);
    expect(
      (await pollWindows.list({ taskId: 't/dc/BD_Customer', status: 'failed', limit: 10 })).items,
    ).toHaveLength(1);
    await pollWindows.open({ ...aWindow('swept', 3), kind: 'sweep' });
    const swept = await pollWindows.list({ tenantId: 't', kind: 'sweep', limit: 10 });
    expect(swept.items.map(({ id, kind }) => [id, kind])).toEqual([['swept', 'sweep']]);
    expect(await pollWindows.removeOlderThan(2, 10)).toBe(2);
  });
});

import { aStore, many, type TestStore } from './a-store.fixture.ts';
import type { HistoryWrite } from './history-record.ts';
import type { HistoryFilter } from './sync-history.ts';

let test: TestStore;
beforeAll(async () => {
  test = await aStore();
});
afterAll(() => test.close());

const end = (dataId: string, objectApiName = 'AccountObj') => ({ objectApiName, dataId, name: 'Acme' });

function aWrite(syncId: string, over: Partial<HistoryWrite> = {}): HistoryWrite {
  return {
    syncId,
    order: 1,
    set: {
      rowId: 'row',
      tenantId: '81138',
      dataCenterId: 'dc-main',
      streamId: 'stream',
      direction: 'crm-to-erp',
      operation: 'create',
      source: end('A1'),
      dest: end(''),
      status: 3,
      errorClass: null,
      errorCode: null,
      errorMessage: null,
      attempts: 1,
      configRevision: 'r1',
      createdAt: 1000,
      updatedAt: 1000,
    },
    events: [
      {
        id: '1-sent',
        at: 1000,
        kind: 'sent',
        message: 'sent to the ERP',
        body: '{"$where":1,"a.b":"__proto__"}',
      },
    ],
    ...over,
  };
}

const answered = (syncId: string): HistoryWrite => ({
  syncId,
  order: 2,
  set: { status: 6, dest: end('E1'), updatedAt: 2000, createdAt: 2000 },
  events: [{ id: '2-answered', at: 2000, kind: 'answered', message: 'created E1' }],
});

describe('syncHistory', () => {
  it('grows a record write by write', async () => {
    const { syncHistory } = test.store;
    await syncHistory.write([aWrite('grows')]);
    await syncHistory.write([answered('grows')]);
    const record = (await syncHistory.getMany(['grows', 'unknown'])).get('grows');
    expect(record).toMatchObject({
      syncId: 'grows',
      tenantId: '81138',
      status: 6,
      operation: 'create',
      source: end('A1'),
      dest: end('E1'),
      createdAt: 1000,
      updatedAt: 2000,
      resolvedBy: null,
    });
    expect(record?.events.map(({ id }) => id)).toEqual(['1-sent', '2-answered']);
    expect(record?.events[0]?.body).toBe('{"$where":1,"a.b":"__proto__"}');
  });

  it('is the same after repeats, in whatever order and however late they come', async () => {
    const { syncHistory } = test.store;
    const writes = [aWrite('same'), answered('same')];
    await syncHistory.write(writes);
    const once = await syncHistory.getMany(['same']);
    await syncHistory.write([...writes].reverse());
    await syncHistory.write([aWrite('same')]);
    expect(await syncHistory.getMany(['same'])).toEqual(once);
  });

  it('takes the later call when writes have no order', async () => {
    const { syncHistory } = test.store;
    const { order: _order, ...unordered } = aWrite('unordered');
    await syncHistory.write([{ ...unordered, set: { ...unordered.set, status: 6 } }]);
    await syncHistory.write([{ syncId: 'unordered', set: { status: 5 }, events: [] }]);
    expect((await syncHistory.getMany(['unordered'])).get('unordered')?.status).toBe(5);
  });

  it('takes the same new records from many at once', async () => {
    const another = await test.another();
    const writes = many(50, (index) => aWrite(`raced-${String(index)}`));
    await Promise.all(
      many(8, (caller) => (caller % 2 === 0 ? test.store : another).syncHistory.write(writes)),
    );
    const found = await test.store.syncHistory.getMany(writes.map(({ syncId }) => syncId));
    expect(found.size).toBe(50);
    expect([...found.values()].every(({ events }) => events.length === 1)).toBe(true);
  });

  it('refuses an event id that could be a path', async () => {
    const event = { id: 'a.$b', at: 1, kind: 'x', message: 'x' };
    await expect(test.store.syncHistory.write([aWrite('bad', { events: [event] })])).rejects.toThrow('a.$b');
  });

  it('lists what the filter asks for, page by page, newest first', async () => {
    const { syncHistory } = test.store;
    await syncHistory.write(
      many(12, (index) => {
        const write = aWrite(`list-${String(index)}`);
        const status = index % 3 === 0 ? 5 : 6;
        const set = {
          ...write.set,
          tenantId: 'lists',
          source: end(`A${String(index)}`),
          status,
          updatedAt: index,
        } as const;
        return { ...write, set };
      }),
    );
    const first = await syncHistory.list({ tenantId: 'lists', limit: 8 });
    const second = await syncHistory.list({ tenantId: 'lists', after: first.next, limit: 8 });
    const all = [...first.items, ...second.items];
    expect(all.map(({ updatedAt }) => updatedAt)).toEqual(many(12, (index) => 11 - index));
    expect(second.next).toBeNull();
    const failed = await syncHistory.list({ tenantId: 'lists', filter: { status: 5 }, limit: 50 });
    expect(failed.items.map(({ syncId }) => syncId)).toEqual(['list-9', 'list-6', 'list-3', 'list-0']);
    const some = await syncHistory.list({
      tenantId: 'lists',
      filter: { sourceDataId: 'A7', from: 5, to: 8 },
      limit: 50,
    });
    expect(some.items.map(({ syncId }) => syncId)).toEqual(['list-7']);
  });

  it('finds a record at either end, its object and id at the same one', async () => {
    const { syncHistory } = test.store;
    const ends = [
      [end('E1', 'AccountObj'), end('E2', 'BD_Customer')],
      [end('E2', 'BD_Customer'), end('E1', 'AccountObj')],
      [end('E1', 'BD_Customer'), end('E2', 'AccountObj')],
    ] as const;
    await syncHistory.write(
      ends.map(([source, dest], index) => {
        const write = aWrite(`ends-${String(index)}`);
        return { ...write, set: { ...write.set, tenantId: 'ends', source, dest, updatedAt: index } };
      }),
    );
    const idsOf = async (filter: HistoryFilter) =>
      (await syncHistory.list({ tenantId: 'ends', filter, limit: 9 })).items.map(({ syncId }) => syncId);
    expect(await idsOf({ dataId: 'E1' })).toEqual(['ends-2', 'ends-1', 'ends-0']);
    expect(await idsOf({ dataId: 'E1', objectApiName: 'AccountObj' })).toEqual(['ends-1', 'ends-0']);
    expect(await idsOf({ dataId: 'E3' })).toEqual([]);
  });

  it('takes a filter value that is an object for nothing but a value', async () => {
    const streamId = { $ne: '' } as unknown as string;
    await expect(
      test.store.syncHistory.list({ tenantId: '81138', filter: { streamId }, limit: 5 }),
    ).rejects.toThrow();
  });

  it('gives the syncs of a row, newest first', async () => {
    const { syncHistory } = test.store;
    await syncHistory.write(
      many(3, (index) => {
        const write = aWrite(`of-row-${String(index)}`);
        return { ...write, set: { ...write.set, rowId: 'the-row', updatedAt: index } };
      }),
    );
    const found = await syncHistory.ofRow('the-row');
    expect(found.map(({ syncId }) => syncId)).toEqual(['of-row-2', 'of-row-1', 'of-row-0']);
  });

  it('removes the oldest, some at a time, and finds later ones once they are too old', async () => {
    const own = await aStore();
    const { syncHistory } = own.store;
    const aged = (syncId: string, updatedAt: number) => {
      const write = aWrite(syncId);
      return { ...write, set: { ...write.set, updatedAt } };
    };
    await syncHistory.write([aged('a', 10), aged('b', 20), aged('c', 30), aged('d', 40)]);
    expect(await syncHistory.removeOlderThan(35, 2)).toBe(2);
    expect(await syncHistory.removeOlderThan(35, 2)).toBe(1);
    expect(await syncHistory.removeOlderThan(35, 2)).toBe(0);
    await syncHistory.write([aged('e', 50)]);
    expect(await syncHistory.removeOlderThan(45, 2)).toBe(1);
    expect([...(await syncHistory.getMany(['a', 'b', 'c', 'd', 'e'])).keys()]).toEqual(['e']);
    await own.close();
  });
});

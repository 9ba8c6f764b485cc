import { aStore, many, type TestStore } from './a-store.fixture.ts';

let test: TestStore;
beforeAll(async () => {
  test = await aStore();
});
afterAll(() => test.close());

describe('due', () => {
  it('gives what is due, the longest overdue first, and one time a row', async () => {
    const { due } = test.store;
    await due.set([
      { rowId: 'late', at: 200 },
      { rowId: 'later', at: 100 },
      { rowId: 'future', at: 900 },
    ]);
    await due.set([{ rowId: 'later', at: 300 }]);
    expect((await due.next(500, 10)).map(({ rowId, at }) => [rowId, at])).toEqual([
      ['late', 200],
      ['later', 300],
    ]);
    expect(await due.next(500, 1)).toHaveLength(1);
    await due.clear(['late', 'later', 'future', 'unknown']);
    expect(await due.next(1000, 10)).toEqual([]);
  });

  it('lets no older version of a row move or clear the time of a newer one', async () => {
    const { due } = test.store;
    await due.set([{ rowId: 'v', at: 700, version: 6 }]);
    await due.set([{ rowId: 'v', at: 100, version: 5 }]);
    await due.clear([{ rowId: 'v', version: 5 }]);
    expect(await due.next(1000, 10)).toEqual([{ rowId: 'v', at: 700, version: 6 }]);
    await due.set([{ rowId: 'v', at: 800, version: 7 }]);
    await due.set([{ rowId: 'v', at: 50, version: 7 }]);
    expect(await due.next(1000, 10)).toEqual([{ rowId: 'v', at: 50, version: 7 }]);
    await due.clear([{ rowId: 'v', version: 8 }]);
    expect(await due.next(1000, 10)).toEqual([]);
  });

  it('takes the same new rows from many at once', async () => {
    const another = await test.another();
    const times = many(50, (index) => ({ rowId: `raced-${String(index)}`, at: index }));
    await Promise.all(many(10, (caller) => (caller % 2 === 0 ? test.store : another).due.set(times)));
    expect(await test.store.due.next(1000, 100)).toHaveLength(50);
    await test.store.due.clear(times.map(({ rowId }) => rowId));
  });
});

describe('openCreates', () => {
  it('finds creates by scope until they are removed', async () => {
    const { openCreates } = test.store;
    await openCreates.add([
      { rowId: 'a', scope: 't/dc/BD_Customer', match: '["C1"]', openedAt: 2 },
      { rowId: 'b', scope: 't/dc/BD_Customer', match: null, openedAt: 1, version: 3 },
      { rowId: 'c', scope: 't/dc/BD_Item', match: null, openedAt: 1 },
    ]);
    const found = await openCreates.inScopes(['t/dc/BD_Customer', 'unknown']);
    expect(found.map(({ rowId, match, openedAt }) => [rowId, match, openedAt])).toEqual([
      ['b', null, 1],
      ['a', '["C1"]', 2],
    ]);
    await openCreates.remove(['a', { rowId: 'b', version: 2 }]);
    expect((await openCreates.inScopes(['t/dc/BD_Customer'])).map(({ rowId }) => rowId)).toEqual(['b']);
  });
});

describe('held', () => {
  it('gives the rows of streams that are off, some at a time', async () => {
    const { held } = test.store;
    await held.add(
      many(5, (index) => ({ rowId: `row-${String(index)}`, streamId: index < 3 ? 'one' : 'two' })),
    );
    expect(await held.ofStreams(['one'], 10)).toHaveLength(3);
    expect(await held.ofStreams(['one', 'two'], 4)).toHaveLength(4);
    await held.remove(['row-0', 'row-1']);
    expect((await held.ofStreams(['one'], 10)).map(({ rowId }) => rowId)).toEqual(['row-2']);
  });
});

import { aStore, many, type TestStore } from './a-store.fixture.ts';

let test: TestStore;
beforeAll(async () => {
  test = await aStore();
});
afterAll(() => test.close());

const rowOf = (index: number) => `row-${String(index)}`;

describe('waits', () => {
  it('keeps who waits for a key until they are removed', async () => {
    const { waits } = test.store;
    await waits.add([
      { key: '$k.1', rowId: 'a' },
      { key: '$k.1', rowId: 'b' },
      { key: 'k2', rowId: 'a' },
    ]);
    await waits.add([{ key: '$k.1', rowId: 'a' }]);
    expect(await waits.waitingFor(['$k.1', 'k2', 'k3'])).toEqual(
      new Map([
        ['$k.1', ['a', 'b']],
        ['k2', ['a']],
      ]),
    );
    await waits.remove([
      { key: '$k.1', rowId: 'a' },
      { key: 'k2', rowId: 'a' },
    ]);
    expect(await waits.waitingFor(['$k.1', 'k2'])).toEqual(new Map([['$k.1', ['b']]]));
  });

  it('takes at most 1000 rows a key', async () => {
    const { waits } = test.store;
    await waits.add(many(900, (index) => ({ key: 'popular', rowId: rowOf(index) })));
    await waits.add(many(1200, (index) => ({ key: 'popular', rowId: rowOf(index) })));
    expect((await waits.waitingFor(['popular'])).get('popular')).toHaveLength(1000);
    await waits.add([{ key: 'popular', rowId: 'late' }]);
    expect((await waits.waitingFor(['popular'])).get('popular')).toHaveLength(1000);
  });

  it('loses nobody who joins while others leave', async () => {
    const another = await test.another();
    await Promise.all(
      many(40, async (index) => {
        const { waits } = index % 2 === 0 ? test.store : another;
        await waits.add([{ key: 'busy', rowId: rowOf(index) }]);
        if (index % 4 !== 0) await waits.remove([{ key: 'busy', rowId: rowOf(index) }]);
      }),
    );
    const left = (await test.store.waits.waitingFor(['busy'])).get('busy') ?? [];
    expect(new Set(left)).toEqual(new Set(many(10, (index) => rowOf(index * 4))));
  });
});

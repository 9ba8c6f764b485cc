import { aStore, many, type TestStore } from './a-store.fixture.ts';

let test: TestStore;
beforeAll(async () => {
  test = await aStore();
});
afterAll(() => test.close());

const rowOf = (index: number) => `row-${String(index)}`;

describe('pointers', () => {
  it('makes a pointer that is absent, and keeps one that is there', async () => {
    const { pointers } = test.store;
    expect(await pointers.claim([{ id: 'p1', rowId: 'a' }])).toEqual(new Map([['p1', 'a']]));
    const owners = await pointers.claim([
      { id: 'p1', rowId: 'b' },
      { id: 'p2', rowId: 'b' },
    ]);
    expect(owners).toEqual(
      new Map([
        ['p1', 'a'],
        ['p2', 'b'],
      ]),
    );
    expect(await pointers.claim([{ id: 'p1', rowId: 'a' }])).toEqual(new Map([['p1', 'a']]));
    expect(await pointers.readMany(['p1', 'p2', 'p3'])).toEqual(owners);
  });

  it('tells all of 20 claimers the same owner', async () => {
    const another = await test.another();
    const ids = many(50, (index) => `raced-${String(index)}`);
    const answers = await Promise.all(
      many(20, (claimer) => {
        const { pointers } = claimer % 2 === 0 ? test.store : another;
        return pointers.claim(ids.map((id) => ({ id, rowId: rowOf(claimer) })));
      }),
    );
    const stored = await test.store.pointers.readMany(ids);
    expect(stored.size).toBe(ids.length);
    for (const answer of answers) expect(answer).toEqual(stored);
  });

  it('frees a pointer that is removed', async () => {
    const { pointers } = test.store;
    await pointers.claim([{ id: 'freed', rowId: 'a' }]);
    await pointers.remove(['freed']);
    expect(await pointers.claim([{ id: 'freed', rowId: 'b' }])).toEqual(new Map([['freed', 'b']]));
  });

  it('is released by the row that it leads to, and by no other', async () => {
    const { pointers } = test.store;
    await pointers.claim(['mine', 'yours'].map((id) => ({ id, rowId: id })));
    await pointers.release(['mine', 'yours'].map((id) => ({ id, rowId: 'mine' })));
    expect(await pointers.readMany(['mine', 'yours'])).toEqual(new Map([['yours', 'yours']]));
  });
});

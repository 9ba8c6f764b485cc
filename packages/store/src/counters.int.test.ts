import { aStore, many, type TestStore } from './a-store.fixture.ts';

let test: TestStore;
beforeAll(async () => {
  test = await aStore();
});
afterAll(() => test.close());

describe('counters', () => {
  it('gives each number to one taker only, first takers at once included', async () => {
    const another = await test.another();
    const blocks = await Promise.all(
      many(60, async (index) => {
        const size = 1 + (index % 7);
        const first = await (index % 2 === 0 ? test.store : another).counters.take('erpOrder', size);
        return many(size, (offset) => first + offset);
      }),
    );
    const numbers = blocks.flat();
    expect(Math.min(...numbers)).toBe(1);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(Math.max(...numbers)).toBe(numbers.length);
  });

  it('keeps counters apart', async () => {
    await test.store.counters.take('erpOrder', 5);
    expect(await test.store.counters.take('crmRevision', 2)).toBe(1);
    expect(await test.store.counters.take('crmRevision', 1)).toBe(3);
  });
});

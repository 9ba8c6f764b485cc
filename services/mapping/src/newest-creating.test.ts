import { newestCreating } from './newest-creating.ts';

const open = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ rowId: `r${String(i)}`, match: null, openedAt: i }));

/** What is found, and how many rows were looked at. */
async function find(count: number, arrivedAt: number, isCreating: (place: number) => boolean) {
  let looked = 0;
  const found = await newestCreating(open(count), arrivedAt, (rowId) => {
    looked += 1;
    return Promise.resolve(isCreating(Number(rowId.slice(1))));
  });
  return { places: found.map(({ openedAt }) => openedAt), looked };
}

describe('the open creates that a change waits for', () => {
  it('are the newest of a backlog, and few rows are looked at for them', async () => {
    const { places, looked } = await find(10_000, 20_000, () => true);
    expect(places[0]).toBe(9_999);
    expect([places.length, looked]).toEqual([8, 8]);
  });

  it('were all there when it came', async () => {
    expect((await find(100, 3, () => true)).places).toEqual([3, 2, 1, 0]);
  });

  it('are found behind entries that dead writers left', async () => {
    expect((await find(50, 100, (place) => place === 0)).places).toEqual([0]);
    expect((await find(50, 100, () => false)).places).toEqual([]);
  });
});

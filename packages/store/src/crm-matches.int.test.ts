import { aStore, many, type TestStore } from './a-store.fixture.ts';
import type { CrmMatch } from './crm-matches.ts';

let test: TestStore;
beforeAll(async () => {
  test = await aStore();
});
afterAll(() => test.close());

const aMatch = (id: string, over: Partial<CrmMatch> = {}): CrmMatch => ({
  id,
  dataId: `data of ${id}`,
  name: 'Acme',
  key: 'k',
  isGone: false,
  at: 1,
  ...over,
});

async function idsOf(key: string): Promise<string[]> {
  const found = (await test.store.crmMatches.find([key])).get(key);
  return found?.records.map(({ id }) => id) ?? [];
}

describe('what the CRM holds, by match value', () => {
  it('is found by the key that a record has now', async () => {
    const { crmMatches } = test.store;
    await crmMatches.note([
      aMatch('a', { key: 'k1' }),
      aMatch('b', { key: 'k1' }),
      aMatch('c', { key: 'k2' }),
    ]);
    expect(await crmMatches.find(['k1', 'k3'])).toEqual(
      new Map([
        [
          'k1',
          {
            records: [
              { id: 'a', dataId: 'data of a', name: 'Acme' },
              { id: 'b', dataId: 'data of b', name: 'Acme' },
            ],
            isFull: false,
          },
        ],
        ['k3', { records: [], isFull: false }],
      ]),
    );
    await crmMatches.note([aMatch('a', { key: 'k2', at: 2 })]);
    expect([await idsOf('k1'), (await idsOf('k2')).sort()]).toEqual([['b'], ['a', 'c']]);
    await crmMatches.note([aMatch('b', { key: 'k1', at: 3, isGone: true })]);
    expect(await idsOf('k1')).toEqual([]);
    await crmMatches.note([aMatch('b', { key: 'k1', at: 4 })]);
    expect(await idsOf('k1')).toEqual(['b']);
  });

  it('is not changed by what was said earlier', async () => {
    const { crmMatches } = test.store;
    await crmMatches.note([aMatch('o', { key: 'new', at: 10 }), aMatch('o', { key: 'newer', at: 20 })]);
    await crmMatches.note([aMatch('o', { key: 'old', at: 0 })]);
    expect([await idsOf('newer'), await idsOf('old'), await idsOf('new')]).toEqual([['o'], [], []]);
  });

  it('has nothing under a missing value', async () => {
    await test.store.crmMatches.note([aMatch('n', { key: '' })]);
    expect(await idsOf('')).toEqual([]);
  });

  it('says that it is full when very many have one value', async () => {
    const { crmMatches } = test.store;
    await crmMatches.note(many(99, (index) => aMatch(`m${String(index)}`, { key: 'common' })));
    expect((await crmMatches.find(['common'])).get('common')?.isFull).toBe(false);
    await crmMatches.note(many(50, (index) => aMatch(`n${String(index)}`, { key: 'common' })));
    const found = (await crmMatches.find(['common'])).get('common');
    expect([found?.records.length, found?.isFull]).toEqual([100, true]);
  });
});

import { parseJson, stringifyJson, type SyncStatus } from '@syncline/contract';
import { aGate, aRow, aStore, many, silent, type TestStore } from './a-store.fixture.ts';
import { connectStore } from './connect.ts';

let test: TestStore;
beforeAll(async () => {
  test = await aStore();
});
afterAll(() => test.close());

const text = (value: number) => String(value);

describe('mappingRows.compareAndSet', () => {
  it('inserts version 1, replaces by the next version, and reads back what was written', async () => {
    const { mappingRows } = test.store;
    const rows = many(3, (index) => aRow({ id: `plain-${text(index)}`, waitsOn: ['k'], inFlightId: 'w' }));
    expect(await mappingRows.compareAndSet(rows, 'first')).toEqual(new Set());
    const next = rows.map((row) => ({ ...row, version: 2, crmName: 'New', inFlightId: null }));
    expect(await mappingRows.compareAndSet(next, 'second')).toEqual(new Set());
    const read = await mappingRows.readMany([...rows.map(({ id }) => id), 'unknown']);
    expect([...read.values()].sort((a, b) => a.id.localeCompare(b.id))).toEqual(next);
  });

  it('names the rows that another writer changed first, and writes the others', async () => {
    const { mappingRows } = test.store;
    await mappingRows.compareAndSet([aRow({ id: 'ahead' })], 'a');
    await mappingRows.compareAndSet([aRow({ id: 'ahead', version: 2, crmName: 'theirs' })], 'b');
    const lost = await mappingRows.compareAndSet(
      [aRow({ id: 'ahead', version: 2, crmName: 'ours' }), aRow({ id: 'fresh' }), aRow({ id: 'ahead-not' })],
      'c',
    );
    expect(lost).toEqual(new Set(['ahead']));
    const read = await mappingRows.readMany(['ahead', 'fresh']);
    expect(read.get('ahead')?.crmName).toBe('theirs');
    expect(read.has('fresh')).toBe(true);
  });

  it('tells a call that is made again with its token that it won', async () => {
    const { mappingRows } = test.store;
    const rows = [aRow({ id: 'again-1' }), aRow({ id: 'again-2' })];
    expect(await mappingRows.compareAndSet(rows, 'mine')).toEqual(new Set());
    expect(await mappingRows.compareAndSet(rows, 'mine')).toEqual(new Set());
    expect(await mappingRows.compareAndSet(rows, 'not-mine')).toEqual(new Set(['again-1', 'again-2']));
    const second = rows.map((row) => ({ ...row, version: 2 }));
    expect(await mappingRows.compareAndSet(second, 'mine-2')).toEqual(new Set());
    expect(await mappingRows.compareAndSet(second, 'mine-2')).toEqual(new Set());
  });

  it('counts a write as won whose answer was lost on the way', async () => {
    const gate = await aGate(test.uri);
    const behind = connectStore({ uri: gate.uri, logger: silent });
    await behind.start();
    try {
      for (const [version, token] of [
        [1, 'lost-answer-1'],
        [2, 'lost-answer-2'],
      ] as const) {
        const rows = many(20, (index) => aRow({ id: `lost-${text(index)}`, version }));
        gate.loseAnswerAfter(token);
        expect(await behind.mappingRows.compareAndSet(rows, token)).toEqual(new Set());
      }
      expect(gate.answersLost()).toBe(2);
      const read = await test.store.mappingRows.readMany(many(20, (index) => `lost-${text(index)}`));
      expect([...read.values()].every(({ version }) => version === 2)).toBe(true);
    } finally {
      await behind.stop(new AbortController().signal);
      await gate.close();
    }
  });

  it('gives each version of each row to exactly one of 20 writers', async () => {
    const ids = many(10, (index) => `raced-${text(index)}`);
    const stores = [test.store, await test.another(), await test.another(), await test.another()];
    const versions = 15;
    const wins = new Map<string, string[]>();
    const write = async (writer: number): Promise<void> => {
      const { mappingRows } = stores[writer % stores.length] ?? test.store;
      for (let round = 0; ; round += 1) {
        const read = await mappingRows.readMany(ids);
        const wanted = ids
          .map((id) => ({ id, version: (read.get(id)?.version ?? 0) + 1 }))
          .filter(({ version }) => version <= versions);
        if (wanted.length === 0) return;
        const token = `${text(writer)}/${text(round)}`;
        const lost = await mappingRows.compareAndSet(
          wanted.map(({ id, version }) => aRow({ id, version, remark: token })),
          token,
        );
        for (const { id, version } of wanted.filter((row) => !lost.has(row.id))) {
          const key = `${id}@${text(version)}`;
          wins.set(key, [...(wins.get(key) ?? []), token]);
        }
      }
    };
    await Promise.all(many(20, write));
    expect(wins.size).toBe(ids.length * versions);
    expect([...wins.values()].every((tokens) => tokens.length === 1)).toBe(true);
    for (const [id, row] of await test.store.mappingRows.readMany(ids)) {
      expect(row.remark).toBe(wins.get(`${id}@${text(versions)}`)?.[0]);
    }
  }, 60_000);

  it('keeps keys and numbers of a state as they are', async () => {
    const state =
      '{"__proto__":1,"$where":"x","a.b":{"$gt":""},"":0,"constructor":12345678901234567890,"n":1.10,"\\u0000":"\\u0000"}';
    const id = 'named-by-outsiders';
    const row = aRow({ id, state, crmName: '$where', crmId: '{"$gt":""}', remark: 'a\u0000b' });
    await test.store.mappingRows.compareAndSet([row], 'odd');
    const read = (await test.store.mappingRows.readMany([id])).get(id);
    expect(read).toEqual(row);
    expect(stringifyJson(parseJson(read?.state ?? ''))).toBe(state);
  });

  it('takes an id that is an object for text', async () => {
    const hostile = [{ $ne: null }] as unknown as string[];
    expect(await test.store.mappingRows.readMany(hostile)).toEqual(new Map());
  });
});

describe('mappingRows', () => {
  it('says what is in flight', async () => {
    const rows = [aRow({ id: 'flies', inFlightId: 'write-1' }), aRow({ id: 'rests' })];
    await test.store.mappingRows.compareAndSet(rows, 'flight');
    expect(await test.store.mappingRows.inFlightIds(['flies', 'rests', 'unknown'])).toEqual(
      new Map([
        ['flies', 'write-1'],
        ['rests', null],
      ]),
    );
  });

  it('says how rows stand, without reading them', async () => {
    const rows = [aRow({ id: 'reserved', status: 2 }), aRow({ id: 'in-force', status: 1 })];
    await test.store.mappingRows.compareAndSet(rows, 'stand');
    expect(await test.store.mappingRows.statusesOf(['reserved', 'in-force', 'unknown'])).toEqual(
      new Map([
        ['reserved', 2],
        ['in-force', 1],
      ]),
    );
  });

  it('finds ids of one tenant only', async () => {
    const rows = [aRow({ id: 'of-one', tenantId: 'one' }), aRow({ id: 'of-two', tenantId: 'two' })];
    await test.store.mappingRows.compareAndSet(rows, 'tenants');
    const found = await test.store.mappingRows.findByIds('one', ['of-one', 'of-two']);
    expect(found.map(({ id }) => id)).toEqual(['of-one']);
  });

  it('counts the rows of a tenant at some statuses, by stream', async () => {
    const counted = (id: string, lastSyncStatus: SyncStatus, streamId: string | null, tenantId = 'counts') =>
      aRow({ id: `counted-${id}`, tenantId, lastSyncStatus, streamId });
    await test.store.mappingRows.compareAndSet(
      [
        counted('1', 5, 's1'),
        counted('2', 5, 's1'),
        counted('3', 5, 's2'),
        counted('4', 2, null),
        counted('5', 6, 's1'),
        counted('6', 5, 's1', 'counts-of-another'),
      ],
      'counts',
    );
    const counts = await test.store.mappingRows.countByStatus('counts', [2, 5]);
    expect(counts.sort((a, b) => String(a.streamId).localeCompare(String(b.streamId)))).toEqual([
      { streamId: null, lastSyncStatus: 2, count: 1 },
      { streamId: 's1', lastSyncStatus: 5, count: 2 },
      { streamId: 's2', lastSyncStatus: 5, count: 1 },
    ]);
    expect(await test.store.mappingRows.countByStatus('$ne', [5])).toEqual([]);
  });

  it('lists a tenant page by page, newest first, each row once, and only what the filter asks for', async () => {
    const rows = many(25, (index) =>
      aRow({
        id: `listed-${text(index)}`,
        tenantId: 'lists',
        // Some share a moment, so that ids decide.
        updatedAt: 1000 + Math.floor(index / 3),
        lastSyncStatus: index % 5 === 0 ? 5 : index % 5 === 1 ? 10 : 6,
      }),
    );
    await test.store.mappingRows.compareAndSet(rows, 'list');
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page = await test.store.mappingRows.list({ tenantId: 'lists', after, limit: 7 });
      seen.push(...page.items.map(({ id }) => id));
      after = page.next;
    } while (after !== null);
    const expected = [...rows].sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : -1));
    expect(seen).toEqual(expected.map(({ id }) => id));
    const failed = await test.store.mappingRows.list({
      tenantId: 'lists',
      lastSyncStatus: [5, 10],
      limit: 50,
    });
    expect(failed.items).toHaveLength(10);
    expect(failed.next).toBeNull();
    await expect(
      test.store.mappingRows.list({ tenantId: 'lists', after: 'nonsense', limit: 7 }),
    ).rejects.toThrow('"after"');
  });
});

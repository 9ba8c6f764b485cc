import { aStore, many, type TestStore } from './a-store.fixture.ts';
import { openBodies, type Bodies } from './bodies.ts';
import { openDatabase } from './collection.ts';
import mongoose, { type Connection } from 'mongoose';

let test: TestStore;
let connection: Connection;
let bodies: Bodies;
let now = 1000;
beforeAll(async () => {
  test = await aStore();
  connection = await mongoose.createConnection(test.uri, { promoteBuffers: true }).asPromise();
  bodies = openBodies(openDatabase(connection), { now: () => now });
});
afterAll(async () => {
  await connection.close();
  await test.close();
});

describe('bodies', () => {
  it('keeps texts, whatever keys stand in them', async () => {
    const text = '{"__proto__":{"$where":"1"},"a.b":1.10,"long":12345678901234567890,"名":"\\u0000"}';
    await bodies.put([
      { id: 'odd', text },
      { id: 'empty', text: '' },
    ]);
    expect(await bodies.getMany(['odd', 'empty', 'unknown'])).toEqual(
      new Map([
        ['odd', text],
        ['empty', ''],
      ]),
    );
  });

  it('keeps a text over the limit of one document, cut at any byte', async () => {
    const text = `{"v":"${'客'.repeat(Math.ceil((16 << 20) / 3))}x"}`;
    await bodies.put([{ id: 'large', text }]);
    const read = (await bodies.getMany(['large'])).get('large');
    expect(read?.length).toBe(text.length);
    expect(read === text).toBe(true);
    await bodies.remove(['large']);
    expect(await bodies.getMany(['large'])).toEqual(new Map());
    expect(await connection.db?.collection('bodies').countDocuments({ _id: /^large/ })).toBe(0);
  }, 30_000);

  it('reads more at once than one message may hold', async () => {
    const ids = many(8, (index) => `big-${String(index)}`);
    for (const id of ids) await bodies.put([{ id, text: id.repeat(2 << 20) }]);
    const read = await bodies.getMany(ids);
    expect(ids.every((id) => read.get(id)?.startsWith(id))).toBe(true);
    await bodies.remove(ids);
  }, 60_000);

  it('removes old ones that nothing needs', async () => {
    now = 2000;
    const ids = many(1200, (index) => `swept-${String(index)}`);
    await bodies.put(ids.map((id) => ({ id, text: id })));
    now = 5000;
    await bodies.put([{ id: 'young', text: 'young' }]);
    const asked: string[] = [];
    const removed = await bodies.removeUnneeded({
      olderThan: 4000,
      neededIds: (some) => {
        asked.push(...some);
        return Promise.resolve(new Set(['swept-7', 'odd', 'empty']));
      },
    });
    expect(removed).toBe(1199);
    expect(new Set(asked)).toEqual(new Set([...ids, 'odd', 'empty']));
    expect([...(await bodies.getMany([...ids, 'young', 'odd'])).keys()].sort()).toEqual([
      'odd',
      'swept-7',
      'young',
    ]);
  }, 30_000);
});

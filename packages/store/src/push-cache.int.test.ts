import { eventually } from '@syncline/testkit';
import { aStore, many, type TestStore } from './a-store.fixture.ts';
import type { CachedPush } from './push-cache.ts';

let test: TestStore;
beforeEach(async () => {
  test = await aStore();
});
afterEach(() => test.close());

function aPush(id: string, over: Partial<CachedPush> = {}): CachedPush {
  return {
    id,
    tenantId: '81138',
    dataCenterId: 'dc-main',
    objectApiName: 'BD_Customer',
    dataId: null,
    operationType: null,
    order: 1,
    contentType: 'application/xml',
    headers: { __proto__x: '1', 'x.y': '$z', $where: '1' },
    body: Buffer.from([0, 255, 10, 0xd8, 0x00]),
    receivedAt: 1000,
    traceId: 'trace',
    announcedAt: null,
    ...over,
  };
}

const ids = (pushes: readonly CachedPush[]) => pushes.map(({ id }) => id);

describe('pushCache', () => {
  it('keeps a push byte for byte', async () => {
    const push = aPush('bytes', { dataId: 'C1', operationType: 3 });
    await test.store.pushCache.save([push]);
    expect((await test.store.pushCache.getMany(['bytes', 'unknown'])).get('bytes')).toEqual(push);
  });

  it('takes the same push twice for one', async () => {
    await test.store.pushCache.save([aPush('twice')]);
    await test.store.pushCache.save([aPush('twice'), aPush('other')]);
    expect((await test.store.pushCache.getMany(['twice', 'other'])).size).toBe(2);
    expect(await test.store.pushCache.unannounced({ olderThan: 2000, limit: 10 })).toHaveLength(2);
  });

  it('gives pushes that are not announced yet, in their order, until they are', async () => {
    const { pushCache } = test.store;
    await pushCache.save([
      aPush('b', { order: 2 }),
      aPush('a', { order: 1, receivedAt: 1500 }),
      aPush('young', { order: 0, receivedAt: 3000 }),
    ]);
    expect(ids(await pushCache.unannounced({ olderThan: 2000, limit: 10 }))).toEqual(['a', 'b']);
    expect(ids(await pushCache.unannounced({ olderThan: 2000, limit: 1 }))).toEqual(['a']);
    await pushCache.markAnnounced(['a', 'b']);
    expect(await pushCache.unannounced({ olderThan: 2000, limit: 10 })).toEqual([]);
    const read = await pushCache.getMany(['a', 'young']);
    expect(read.get('a')?.announcedAt).not.toBeNull();
    expect(read.get('young')?.announcedAt).toBeNull();
  });

  it('gives large pushes a few at a time', async () => {
    const { pushCache } = test.store;
    const large = many(4, (index) =>
      aPush(`large-${String(index)}`, { order: index, body: Buffer.alloc(10 << 20) }),
    );
    // On a slow disk a save may run out of its time and be done all the same.
    for (const push of large) {
      await pushCache.save([push]).catch(() => undefined);
      await eventually(async () => (await pushCache.getMany([push.id])).size === 1, { withinMs: 20_000 });
    }
    const first = await pushCache.unannounced({ olderThan: 2000, limit: 10 });
    expect(ids(first)).toEqual(['large-0', 'large-1']);
    await pushCache.markAnnounced(ids(first));
    expect(ids(await pushCache.unannounced({ olderThan: 2000, limit: 10 }))).toEqual(['large-2', 'large-3']);
    expect((await pushCache.getMany(ids(large))).size).toBe(4);
  }, 90_000);

  it('removes old ones, announced or not', async () => {
    const { pushCache } = test.store;
    await pushCache.save([aPush('old'), aPush('young', { receivedAt: 5000 })]);
    expect(await pushCache.removeOlderThan(2000, 10)).toBe(1);
    expect(await pushCache.removeOlderThan(2000, 10)).toBe(0);
    expect([...(await pushCache.getMany(['old', 'young'])).keys()]).toEqual(['young']);
    expect(ids(await pushCache.unannounced({ olderThan: 9000, limit: 10 }))).toEqual(['young']);
  });
});

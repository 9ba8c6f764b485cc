import { aCatalog, aTenant, eventually, pushToken } from '@syncline/testkit';
import { aStore, many, silent, type TestStore } from './a-store.fixture.ts';
import { followCatalog } from './follow-catalog.ts';
import { followPushTokens } from './follow-push-tokens.ts';
import { isInForce, PushTokenRefused } from './push-tokens.ts';

let test: TestStore;
beforeEach(async () => {
  test = await aStore();
});
afterEach(() => test.close());

const erp = { tenantId: '81138', name: 'erp', expiresAt: null };
const day = 86_400_000;

describe('push tokens that were given out', () => {
  it('are shown once, and kept as digests', async () => {
    const { pushTokens } = test.store;
    const { token, issued } = await pushTokens.issue(erp, 1000);
    expect(token).toMatch(/^slp_[\w-]{43}$/);
    expect(issued).toMatchObject({ ...erp, createdAt: 1000, revokedAt: null });
    expect(await pushTokens.ofTenant('81138')).toEqual([issued]);
    expect(JSON.stringify(await pushTokens.all())).not.toContain(token);
    expect(await pushTokens.ofTenant('other')).toEqual([]);
  });

  it('have a name of their own while they are in force, and are at most 50', async () => {
    const { pushTokens } = test.store;
    const { issued } = await pushTokens.issue(erp, 1000);
    await expect(pushTokens.issue(erp, 2000)).rejects.toThrow('81138 has a push token erp in force');
    await pushTokens.issue({ ...erp, tenantId: 'other' }, 2000);
    await pushTokens.revoke({ ...erp, id: issued.id }, 3000);
    await pushTokens.issue(erp, 4000);
    await Promise.all(many(49, (n) => pushTokens.issue({ ...erp, name: `n${String(n)}` }, 5000)));
    await expect(pushTokens.issue({ ...erp, name: 'more' }, 6000)).rejects.toThrow('revoke one');
  });

  it('are not in force any more when they expired or were revoked', async () => {
    const { pushTokens } = test.store;
    const { issued } = await pushTokens.issue({ ...erp, expiresAt: 2000 }, 1000);
    expect([isInForce(issued, 1999), isInForce(issued, 2000)]).toEqual([true, false]);
    const revoked = await pushTokens.revoke({ ...erp, id: issued.id }, 1500);
    expect(isInForce(revoked, 1500)).toBe(false);
    expect(await pushTokens.revoke({ ...erp, id: issued.id }, 1600)).toMatchObject({ revokedAt: 1500 });
    await expect(pushTokens.revoke({ tenantId: 'other', id: issued.id }, 1600)).rejects.toThrow(
      PushTokenRefused,
    );
  });

  it('take the place of another, which stays good for a while', async () => {
    const { pushTokens } = test.store;
    const former = (await pushTokens.issue(erp, 1000)).issued;
    const wanted = { tenantId: '81138', id: former.id, expiresAt: null, overlapMs: 500 };
    const { issued, replaced } = await pushTokens.rotate(wanted, 2000);
    expect(issued).toMatchObject({ name: 'erp', expiresAt: null });
    expect(replaced).toMatchObject({ id: former.id, expiresAt: 2500 });
    expect((await pushTokens.ofTenant('81138')).map(({ expiresAt }) => expiresAt)).toEqual([2500, null]);
    await expect(pushTokens.rotate(wanted, 3000)).rejects.toThrow('not in force');
  });

  it('are forgotten 90 days after they went out of force', async () => {
    const { pushTokens } = test.store;
    await pushTokens.issue({ ...erp, expiresAt: 2000 }, 1000);
    await pushTokens.issue({ ...erp, name: 'b' }, 2000 + 90 * day);
    expect(await pushTokens.ofTenant('81138')).toHaveLength(2);
    await pushTokens.issue({ ...erp, name: 'c' }, 2001 + 90 * day);
    expect((await pushTokens.ofTenant('81138')).map(({ name }) => name)).toEqual(['b', 'c']);
  });

  it('remember when they were last used', async () => {
    const { pushTokens } = test.store;
    await pushTokens.used(new Map([['a', 2000]]));
    await pushTokens.used(
      new Map([
        ['a', 1000],
        ['b', 5],
      ]),
    );
    expect(await pushTokens.lastUsed(['a', 'b', 'c'])).toEqual(
      new Map([
        ['a', 2000],
        ['b', 5],
      ]),
    );
  });
});

describe('followPushTokens', () => {
  it('knows those of the configuration and those given out, within its interval', async () => {
    const { store } = test;
    const catalog = followCatalog({ store, logger: silent });
    let now = 1000;
    const tokens = followPushTokens({
      store,
      catalog,
      logger: silent,
      clock: { now: () => now },
      everyMs: 20,
    });
    const is = (token: string, tenantId = '81138') => tokens.isTokenOf(tenantId, token);
    expect(tokens.ready()).toMatchObject({ ready: false });
    const tenants = [aTenant(), aTenant({ id: 'other', pushTokenHashes: [] })];
    await store.config.replace({
      catalog: aCatalog({ tenants }),
      digest: null,
      editedBy: 'apply',
      expectedRevision: 0,
    });
    await catalog.refresh();
    await tokens.start();
    await eventually(() => tokens.ready().ready);
    expect([is(pushToken), is('wrong'), is(''), is(pushToken, 'other'), is(pushToken, 'nobody')]).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
    const { token, issued } = await store.pushTokens.issue({ ...erp, expiresAt: 5000 }, now);
    await eventually(() => is(token));
    expect([is(token, 'other'), is(token, 'nobody')]).toEqual([false, false]);
    now = 5000;
    expect(is(token)).toBe(false);
    now = 4000;
    expect(is(token)).toBe(true);
    await eventually(async () => (await store.pushTokens.lastUsed([issued.hash])).has(issued.hash));
    await store.pushTokens.revoke({ ...erp, id: issued.id }, now);
    await eventually(() => !is(token));
    await tokens.stop(new AbortController().signal);
  });

  it('tells which expire', async () => {
    const { store } = test;
    const catalog = followCatalog({ store, logger: silent });
    const named = { hash: 'ab'.repeat(32), name: null, expiresAt: 3000 };
    const tenants = [aTenant({ pushTokens: [named, { ...named, name: 'gone', expiresAt: 500 }] })];
    await store.config.replace({
      catalog: aCatalog({ tenants }),
      digest: null,
      editedBy: 'apply',
      expectedRevision: 0,
    });
    await store.pushTokens.issue({ ...erp, expiresAt: 2000 }, 1);
    await store.pushTokens.issue({ ...erp, name: 'for ever' }, 1);
    await catalog.refresh();
    const told: unknown[] = [];
    const clock = { now: () => 1000 };
    const onRead = (ending: unknown[]) => void told.push(...ending);
    await followPushTokens({ store, catalog, logger: silent, clock, onRead }).refresh();
    expect(told).toEqual([
      { tenantId: '81138', name: 'ab'.repeat(6), expiresAt: 3000 },
      { tenantId: '81138', name: 'erp', expiresAt: 2000 },
    ]);
  });
});

import { aStore, many, type TestStore } from './a-store.fixture.ts';
import type { AuditLine } from './audit.ts';
import type { User } from './users.ts';

let test: TestStore;
beforeAll(async () => {
  test = await aStore();
});
afterAll(() => test.close());

const password = { hash: 'aa', salt: 'bb', cost: 2, blockSize: 8, parallelization: 1 };
const aUser = (name: string, over: Partial<User> = {}): User => ({
  name,
  password,
  role: 'viewer',
  tenants: null,
  disabled: false,
  createdAt: 1,
  lastSignInAt: null,
  ...over,
});

describe('users', () => {
  it('are there once by name, and listed newest first', async () => {
    const { users } = test.store;
    expect(await users.hasAny()).toBe(false);
    const odd = aUser('__proto__', { createdAt: 2, tenants: ['$ne', 'a.b'] });
    expect(await users.add(aUser('bea', { role: 'admin' }))).toBe(true);
    expect(await users.add(odd)).toBe(true);
    expect(await users.add(aUser('bea'))).toBe(false);
    expect(await users.get('__proto__')).toEqual(odd);
    const first = await users.list({ limit: 1 });
    const second = await users.list({ limit: 1, after: first.next });
    expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(['__proto__', 'bea']);
    expect(second.next).toBeNull();
  });

  it('know whether an admin of all tenants is left', async () => {
    const { users } = test.store;
    await users.add(aUser('bob', { role: 'admin', tenants: ['81138'] }));
    await users.add(aUser('eve', { role: 'admin', disabled: true }));
    expect(await users.hasAdminBeside('bea')).toBe(false);
    await users.change('eve', { disabled: false });
    expect(await users.hasAdminBeside('bea')).toBe(true);
    expect(await users.remove('eve')).toBe(true);
    expect(await users.change('eve', { disabled: true })).toBe(false);
  });
});

describe('sessions', () => {
  const aSession = (id: string, user: string, at: number) => ({
    id,
    user,
    createdAt: at,
    lastSeenAt: at,
    expiresAt: at + 1000,
  });

  it('end by user, by age and by idleness', async () => {
    const { sessions } = test.store;
    await sessions.add(aSession('one', 'ann', 1000));
    await sessions.add(aSession('two', 'ann', 1000));
    await sessions.add(aSession('three', 'ben', 1500));
    await sessions.touch('one', 1900);
    expect(await sessions.removeEnded({ now: 1999, idleSince: 1200 })).toBe(1);
    expect(await sessions.get('one')).toMatchObject({ user: 'ann', lastSeenAt: 1900 });
    await sessions.removeOfUser('ann');
    expect([await sessions.get('one'), await sessions.get('three')]).toEqual([
      null,
      aSession('three', 'ben', 1500),
    ]);
    await sessions.remove('three');
    expect(await sessions.get('three')).toBeNull();
  });

  it('are twenty of one user at most, the newest', async () => {
    const { sessions } = test.store;
    for (const at of many(22, (index) => index + 1)) await sessions.add(aSession(`s${at}`, 'cat', at));
    const left = await Promise.all(['s1', 's2', 's3', 's22'].map((id) => sessions.get(id)));
    expect(left.map((one) => one !== null)).toEqual([false, false, true, true]);
  });
});

describe('apiKeys', () => {
  it('are revoked once and stay in the list', async () => {
    const { apiKeys } = test.store;
    const key = { hash: 'h', name: 'ci', role: 'viewer' as const, tenants: null, createdBy: 'bea' };
    await apiKeys.add({ ...key, id: 'k1', createdAt: 1, expiresAt: null, revokedAt: null });
    expect(await apiKeys.revoke('k1', 5)).toBe(true);
    expect(await apiKeys.revoke('k1', 9)).toBe(true);
    expect(await apiKeys.revoke('none', 9)).toBe(false);
    expect((await apiKeys.list({ limit: 9 })).items).toMatchObject([{ id: 'k1', revokedAt: 5 }]);
    expect(await apiKeys.get('none')).toBeNull();
  });
});

describe('audit', () => {
  const aLine = (at: number, over: Partial<AuditLine> = {}): Omit<AuditLine, 'id'> => ({
    at,
    who: 'bea',
    role: 'admin',
    address: '127.0.0.1',
    action: 'sign in',
    tenantId: null,
    target: '/session',
    details: '',
    result: 'begun',
    code: null,
    ...over,
  });

  it('keeps what was done, how it ended, and for how long it is told to', async () => {
    const { audit } = test.store;
    const id = await audit.add(aLine(10));
    await audit.add(aLine(20, { who: null, tenantId: '81138' }));
    await audit.end(id, { result: 'refused', code: 's306240015', tenantId: null });
    expect((await audit.list({ limit: 9, who: 'bea' })).items).toEqual([
      { id, ...aLine(10, { result: 'refused', code: 's306240015' }) },
    ]);
    expect((await audit.list({ limit: 1 })).items).toMatchObject([{ at: 20, who: null }]);
    expect((await audit.list({ limit: 9, to: 20 })).items).toMatchObject([{ at: 10 }]);
    expect(await audit.removeOlderThan(20, 9)).toBe(1);
    expect((await audit.list({ limit: 9 })).items).toHaveLength(1);
  });
});

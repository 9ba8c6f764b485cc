import { eventually } from '@syncline/testkit';
import { aClient, signedIn, signIn, type Client } from './a-client.fixture.ts';
import { adminPassword, seed, startConsole, Surroundings, tenantA } from './a-console.fixture.ts';

const password = 'a-password-of-a-user';
const hourMs = 3_600_000;

let around: Surroundings;
let running: Awaited<ReturnType<typeof startConsole>>;
let port: number;
let aheadMs = 0;
const own = (): Client => aClient(port, { 'operator-key': running.operatorKey });

beforeAll(async () => {
  around = new Surroundings();
  await around.start();
  await seed(around.store);
  running = await startConsole(around, { clock: { now: () => Date.now() + aheadMs } });
  port = running.port;
  for (const [name, role] of Object.entries({ ann: 'viewer', ben: 'operator', cat: 'admin' }))
    await own().post('/api/users', { name, password, role });
}, 90_000);
afterAll(async () => {
  await running.stop();
  await around.stop();
});

const auditOf = async (query: string): Promise<Record<string, unknown>[]> =>
  (await own().get(`/api/audit?${query}`)).json['items'] as Record<string, unknown>[];

describe('the first user', () => {
  it('is admin, with the password that was set', async () => {
    const { status, json, cookie } = await signIn(port, 'Admin', adminPassword);
    expect(status).toBe(200);
    expect(json).toMatchObject({ user: 'admin', kind: 'user', role: 'admin', tenants: null });
    expect(cookie).toMatch(
      /^syncline-session-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/,
    );
  });
});

describe('signing in', () => {
  it('answers the same to a wrong password, an unknown name and a disabled user', async () => {
    await own().post('/api/users', { name: 'off', password, role: 'viewer' });
    await own().post('/api/users/off', { disabled: true });
    const replies = [
      await signIn(port, 'ann', 'wrong-password'),
      await signIn(port, 'nobody-of-this-name', 'wrong-password'),
      await signIn(port, '__proto__', 'wrong-password'),
      await signIn(port, 'off', password),
    ];
    for (const { status, json, cookie } of replies) {
      expect([status, json['errCode'], cookie]).toEqual([401, 's306240016', null]);
      expect(json['errMsg']).toBe(replies[0]!.json['errMsg']);
    }
  });

  it('lets those wait who fail again and again, and nobody else', async () => {
    await own().post('/api/users', { name: 'dot', password, role: 'viewer' });
    for (let tries = 0; tries < 5; tries += 1)
      expect((await signIn(port, 'dot', 'wrong-password')).status).toBe(401);
    const { status, json, retryAfter } = await signIn(port, 'dot', password);
    expect([status, json['errCode'], retryAfter]).toEqual([429, 's306240018', '1']);
    expect((await signIn(port, 'ann', password)).status).toBe(200);
    aheadMs += 2_000;
    expect((await signIn(port, 'dot', password)).status).toBe(200);
  });

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a page of another origin', { origin: 'http://evil.example' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
  ])('is refused when %s asks', async (_who, headers) => {
    const { status } = await aClient(port).post('/api/session', { user: 'ann', password }, headers);
    expect(status).toBe(400);
  });

  it('gives a cookie for https alone when a trusted proxy says that it was https', async () => {
    const behind = await startConsole(around, { proxies: 1, adminPassword: 'set-when-there-were-users' });
    const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '6.6.6.6, 192.0.2.7' };
    const body = { user: 'ann', password };
    const { cookie } = await aClient(behind.port).post('/api/session', body, headers);
    expect(cookie).toMatch(/; Secure$/);
    // A first password counts where there is no user yet, and never again.
    expect((await signIn(behind.port, 'admin', 'set-when-there-were-users')).status).toBe(401);
    await behind.stop();
    expect((await aClient(port).post('/api/session', body, headers)).cookie).not.toContain('Secure');
    const addresses = (await auditOf('who=ann&result=done')).map(({ address }) => address);
    expect(addresses).toEqual(expect.arrayContaining(['192.0.2.7', '127.0.0.1']));
    expect(addresses).not.toContain('6.6.6.6');
  });
});

describe('a session', () => {
  it('asks for its token on whatever is no GET', async () => {
    const { cookie, json } = await signIn(port, 'ben', password);
    const browser = aClient(port, { cookie: cookie!.split(';')[0]! });
    const path = `/api/tenants/${tenantA}/poll-tasks/dc-main/BD_Customer/run`;
    expect((await browser.get('/api/session')).json).toEqual(json);
    for (const headers of [{}, { 'x-csrf-token': 'wrong' }]) {
      const refused = await browser.post(path, {}, headers);
      expect([refused.status, refused.json['errCode']]).toEqual([403, 's306240017']);
    }
    const token = { 'x-csrf-token': String(json['csrfToken']) };
    expect((await browser.post(path, {}, token)).status).toBe(503);
    expect((await browser.send('DELETE', '/api/session')).status).toBe(403);
    expect((await browser.send('DELETE', '/api/session', token)).status).toBe(200);
    expect((await browser.get('/api/session')).status).toBe(401);
  });

  it('ends when it is not used, and is kept alive by being used', async () => {
    const [idle, busy] = [await signedIn(port, 'ann', password), await signedIn(port, 'ann', password)];
    aheadMs += 1.5 * hourMs;
    expect((await busy.get('/api/session')).status).toBe(200);
    aheadMs += hourMs;
    expect((await busy.get('/api/session')).status).toBe(200);
    expect((await idle.get('/api/session')).status).toBe(401);
  });

  it('ends after its time, however busy', async () => {
    const browser = await signedIn(port, 'ann', password);
    for (let hours = 0; hours < 11; hours += 1) {
      aheadMs += hourMs;
      expect((await browser.get('/api/session')).status).toBe(200);
    }
    aheadMs += hourMs;
    expect((await browser.get('/api/session')).status).toBe(401);
  });

  it('ends at once when the user is disabled, and the stream of what moves with it', async () => {
    const browser = await signedIn(port, 'ann', password);
    const { cookie } = await signIn(port, 'ann', password);
    const live = await fetch(`http://127.0.0.1:${String(port)}/api/live?tenant=${tenantA}`, {
      headers: { cookie: cookie!.split(';')[0]! },
      signal: AbortSignal.timeout(20_000),
    });
    expect(live.status).toBe(200);
    await own().post('/api/users/ann', { disabled: true });
    expect((await browser.get('/api/session')).status).toBe(401);
    // It comes to its end; a stream that goes on runs into the limit above.
    expect(await live.text()).toContain('event: overview');
    await own().post('/api/users/ann', { disabled: false });
    expect((await browser.get('/api/session')).status).toBe(401);
  });

  it('has the role that the user has now', async () => {
    const browser = await signedIn(port, 'ben', password);
    await own().post('/api/users/ben', { role: 'viewer', tenants: ['90210'] });
    expect((await browser.get('/api/session')).json).toMatchObject({ role: 'viewer', tenants: ['90210'] });
    expect((await browser.get(`/api/tenants/${tenantA}`)).status).toBe(404);
    await own().post('/api/users/ben', { role: 'operator', tenants: null });
  });

  it('changes the own password, which ends all others', async () => {
    await own().post('/api/users', { name: 'eve', password, role: 'viewer' });
    const [one, other] = [await signedIn(port, 'eve', password), await signedIn(port, 'eve', password)];
    const next = 'another-password';
    expect((await one.post('/api/session/password', { current: 'wrong', next })).status).toBe(401);
    expect((await one.post('/api/session/password', { current: password, next: 'short' })).status).toBe(400);
    const changed = await one.post('/api/session/password', { current: password, next });
    expect(changed.status).toBe(200);
    expect((await aClient(port, { cookie: changed.cookie! }).get('/api/session')).status).toBe(200);
    for (const old of [one, other]) expect((await old.get('/api/session')).status).toBe(401);
    expect((await signIn(port, 'eve', password)).status).toBe(401);
    expect((await signIn(port, 'eve', next)).status).toBe(200);
  });

  it.each(['', 'x', 'A'.repeat(43), '__proto__', `${'A'.repeat(42)}$`])(
    'is none with the token "%s"',
    async (token) => {
      const cookie = `syncline-session-${String(port)}=${token}`;
      expect((await aClient(port, { cookie }).get('/api/tenants')).status).toBe(401);
    },
  );
});

describe('users', () => {
  it('are made, listed without their passwords, and removed', async () => {
    const made = await own().post('/api/users', {
      name: ' Zoé@example ',
      password,
      role: 'viewer',
      tenants: [tenantA],
    });
    expect(made.json).toMatchObject({ name: 'zoé@example', tenants: [tenantA], disabled: false });
    expect((await own().post('/api/users', { name: 'ZOÉ@example', password, role: 'admin' })).status).toBe(
      409,
    );
    const { text } = await own().get('/api/users');
    expect(text).toContain('zoé@example');
    expect(text).not.toMatch(/hash|salt/);
    const path = `/api/users/${encodeURIComponent('zoé@example')}`;
    const browser = await signedIn(port, 'zoé@example', password);
    expect((await own().post(`${path}/password`, { password: 'given-by-an-admin' })).status).toBe(200);
    expect((await browser.get('/api/session')).status).toBe(401);
    expect((await own().post(`${path}/remove`)).status).toBe(200);
    expect((await own().post(`${path}/remove`)).status).toBe(404);
    expect((await signIn(port, 'zoé@example', 'given-by-an-admin')).status).toBe(401);
  });

  it.each([
    ['name', { name: '../x', password, role: 'viewer' }],
    ['name', { name: '$ne', password, role: 'viewer' }],
    ['password', { name: 'new', password: 'short', role: 'viewer' }],
    ['role', { name: 'new', password, role: 'root' }],
    ['tenants', { name: 'new', password, role: 'viewer', tenants: [] }],
  ])('are refused with a bad %s', async (field, body) => {
    const { status, json } = await own().post('/api/users', body);
    expect([status, json['errMsg']]).toEqual([400, expect.stringContaining(`"${field}"`)]);
  });

  it('keep an admin of all tenants', async () => {
    await own().post('/api/users/cat/remove');
    for (const change of [{ role: 'operator' }, { disabled: true }, { tenants: [tenantA] }]) {
      const { status, json } = await own().post('/api/users/admin', change);
      expect([status, json['errMsg']]).toEqual([409, expect.stringContaining('last admin')]);
    }
    expect((await own().post('/api/users/admin/remove')).status).toBe(409);
    await own().post('/api/users', { name: 'cat', password, role: 'admin' });
    expect((await own().post('/api/users/admin', { disabled: true })).status).toBe(200);
    expect((await own().post('/api/users/cat', { role: 'viewer' })).status).toBe(409);
    await own().post('/api/users/admin', { disabled: false });
  });
});

describe('API keys', () => {
  it('work without a cookie until they are revoked, and are kept nowhere', async () => {
    const made = await own().post('/api/api-keys', { name: 'ci', role: 'operator' });
    const key = String(made.json['key']);
    const script = aClient(port, { authorization: `Bearer ${key}` });
    expect((await script.get('/api/session')).json).toMatchObject({
      user: 'ci',
      kind: 'api key',
      csrfToken: null,
    });
    expect((await script.post('/api/history-tasks/none/stop')).status).toBe(404);
    expect((await own().get('/api/api-keys')).text).not.toContain(key);
    await own().post(`/api/api-keys/${String(made.json['id'])}/revoke`);
    expect((await script.get('/api/session')).status).toBe(401);
    const near = `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`;
    expect((await aClient(port, { authorization: `Bearer ${near}` }).get('/api/session')).status).toBe(401);
  });

  it('end by themselves', async () => {
    const expiresAt = Date.now() + aheadMs + hourMs;
    const made = await own().post('/api/api-keys', { name: 'short', role: 'viewer', expiresAt });
    const script = aClient(port, { authorization: `Bearer ${String(made.json['key'])}` });
    expect((await script.get('/api/tenants')).status).toBe(200);
    aheadMs += hourMs;
    expect((await script.get('/api/tenants')).status).toBe(401);
    expect((await own().post('/api/api-keys', { name: 'past', role: 'viewer', expiresAt: 1 })).status).toBe(
      400,
    );
  });

  it('are no way in with the operator key of another store', async () => {
    expect((await aClient(port, { 'operator-key': 'a'.repeat(64) }).get('/api/tenants')).status).toBe(401);
  });
});

describe('the audit log', () => {
  it('has what was done and what was refused, by whom, to what and from where', async () => {
    const browser = await signedIn(port, 'ann', password);
    const path = `/tenants/${tenantA}/poll-tasks/dc-main/BD_Customer/run`;
    await browser.post(`/api${path}`);
    await own().post('/api/users', { name: 'joe', password, role: 'viewer', tenants: [tenantA] });
    expect(await auditOf(`who=ann&tenantId=${tenantA}`)).toEqual([
      expect.objectContaining({
        ...{ who: 'ann', role: 'viewer', address: '127.0.0.1', tenantId: tenantA, target: path },
        action: 'POST /tenants/{tenantId}/poll-tasks/{dataCenterId}/{objectApiName}/run',
        ...{ result: 'refused', code: 's306240017' },
      }),
    ]);
    const [made] = await auditOf('who=syncline&action=POST%20%2Fusers&limit=1');
    expect(made).toMatchObject({ role: 'admin', result: 'done', code: null });
    expect(JSON.parse(String(made!['details']))).toEqual({ name: 'joe', role: 'viewer', tenants: [tenantA] });
  });

  it('has sign-ins, and those that failed', async () => {
    await signIn(port, 'ann', 'wrong-password');
    await signIn(port, 'a-password-in-the-wrong-field', 'ann');
    const failed = await auditOf('action=POST%20%2Fsession&result=refused&limit=2');
    expect(failed).toMatchObject([
      { who: null, code: 's306240016' },
      { who: 'ann', code: 's306240016' },
    ]);
    expect((await auditOf('action=POST%20%2Fsession&result=done&who=ann'))[0]).toMatchObject({
      role: 'viewer',
    });
    await aClient(port).post('/api/users', { name: 'x' });
    expect((await auditOf('limit=1'))[0]).toMatchObject({ who: null, target: '/users', code: 's306240015' });
  });

  it('takes a bounded number of lines of those whom nobody knows', async () => {
    aheadMs += hourMs;
    for (let tries = 0; tries < 70; tries += 1) await aClient(port).post('/api/users', {});
    expect(await auditOf(`from=${String(Date.now() + aheadMs - hourMs / 2)}&limit=200`)).toHaveLength(60);
  });

  it('holds no password, no key and no token', async () => {
    const made = await own().post('/api/api-keys', { name: 'seen once', role: 'viewer' });
    let lines = '';
    for (let next: string | null = ''; next !== null;) {
      const page = await own().get(`/api/audit?limit=200${next === '' ? '' : `&after=${next}`}`);
      lines += page.text;
      next = page.json['next'] as string | null;
    }
    for (const secret of [
      password,
      adminPassword,
      String(made.json['key']),
      'wrong-password',
      'a-password-in',
    ])
      expect(lines).not.toContain(secret);
    await eventually(() => lines.includes('POST /api-keys'));
  });
});

import { isAtLeast, roles, type Role } from '@syncline/contract';
import { eventually } from '@syncline/testkit';
import { aClient, type Client } from './a-client.fixture.ts';
import { seed, startConsole, Surroundings, tenantA, tenantB } from './a-console.fixture.ts';
import { apiRoutes } from './api/routes.ts';
import type { ApiRoute } from './api/route.ts';

let around: Surroundings;
let running: Awaited<ReturnType<typeof startConsole>>;
const clients = new Map<string, Client>();

beforeAll(async () => {
  around = new Surroundings();
  await around.start();
  await seed(around.store);
  running = await startConsole(around);
  await eventually(async () => (await running.ask(`/api/tenants/${tenantA}`)).status === 200);
  clients.set('nobody', aClient(running.port));
  for (const role of roles) clients.set(role, await withKey({ role, tenants: null }));
  clients.set('admin of B', await withKey({ role: 'admin', tenants: [tenantB] }));
}, 90_000);
afterAll(async () => {
  await running.stop();
  await around.stop();
});

async function withKey(of: { role: Role; tenants: string[] | null }): Promise<Client> {
  const own = aClient(running.port, { 'operator-key': running.operatorKey });
  const { json } = await own.post('/api/api-keys', { name: `key of ${of.role}`, ...of });
  return aClient(running.port, { authorization: `Bearer ${String(json['key'])}` });
}

const as = (who: string): Client => clients.get(who)!;

/** With ids of tenant A; and things to change that are not there, so that nothing changes. */
const pathOf = ({ path, method }: ApiRoute): string =>
  `/api${path}`
    .replace(':tenantId', tenantA)
    .replace(':dataCenterId', 'dc-main')
    .replace(/:(apiName|objectApiName)/, 'BD_Customer')
    .replace(':taskId', method === 'get' ? 'task-1' : 'none')
    .replace(':rowId', 'row-1')
    .replace(':syncId', 'sync-1')
    .replace(':eventId', 'e1')
    .replace(/:\w+/g, 'none');

const asked = (who: string, one: ApiRoute) =>
  one.method === 'get' ? as(who).get(pathOf(one)) : as(who).post(pathOf(one));

const named = apiRoutes.map((one) => [`${one.method} ${one.path}`, one] as const);

describe.each(named)('%s', (_name, one) => {
  it('is not for those whom nobody knows', async () => {
    const { status, json } = await asked('nobody', one);
    expect([status, json['errCode']]).toEqual([401, 's306240015']);
  });

  it.each(roles)('asks a %s for the role that the table says', async (role) => {
    const { status, json } = await asked(role, one);
    if (isAtLeast(role, one.role)) expect([200, 400, 404, 409, 503]).toContain(status);
    else expect([status, json['errCode']]).toEqual([403, 's306240017']);
  });

  it('shows nothing of tenant A to those of tenant B', async () => {
    const { status, text } = await asked('admin of B', one);
    if (one.isOfAllTenants === true) expect(status).toBe(403);
    else if (one.path.includes(':tenantId') || one.path.includes(':taskId')) expect(status).toBe(404);
    else expect(text).not.toContain(tenantA);
  });
});

describe('those of tenant B', () => {
  it('see their own', async () => {
    const tenants = await as('admin of B').get('/api/tenants');
    expect(tenants.json['items']).toEqual([expect.objectContaining({ id: tenantB })]);
    expect((await as('admin of B').get(`/api/tenants/${tenantB}/syncs`)).text).toContain('b-sync');
    expect((await as('admin of B').get('/api/overview')).json['tenants']).toHaveLength(1);
  });

  it('are not told what moves in A', async () => {
    expect((await as('admin of B').get(`/api/live?tenant=${tenantA}`)).status).toBe(404);
    expect((await as('nobody').get(`/api/live?tenant=${tenantA}`)).status).toBe(401);
  });

  it('find no stream and no task of A', async () => {
    expect((await as('admin of B').get(`/api/history-tasks?tenantId=${tenantA}`)).status).toBe(404);
    expect((await as('admin of B').get('/api/history-tasks')).json['items']).toEqual([]);
    const { items } = (await as('admin').get(`/api/tenants/${tenantA}/streams`)).json as {
      items: { id: string }[];
    };
    const made = await as('admin of B').post('/api/history-tasks', { stream: items[0]!.id, from: 1 });
    expect([made.status, made.json['errMsg']]).toEqual([400, expect.stringContaining('there is no stream')]);
  });
});

describe('what is open to everybody', () => {
  it.each(['/', '/healthz', '/metrics', '/api/openapi.json', '/t/81138/overview'])('is %s', async (path) => {
    expect((await as('nobody').get(path)).status).not.toBe(401);
  });

  it('says which role each route is for, and how to sign in', async () => {
    const { json } = await as('nobody').get('/api/openapi.json');
    expect(json).toMatchObject({
      paths: { '/users': { post: { 'x-role': 'admin' } }, '/session': { post: { security: [] } } },
      components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } } },
    });
  });
});

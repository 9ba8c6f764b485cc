import { startConsole, seed, Surroundings, tenantA, tenantB } from './a-console.fixture.ts';
import { eventually } from '@syncline/testkit';

let around: Surroundings;
let running: Awaited<ReturnType<typeof startConsole>>;

beforeAll(async () => {
  around = new Surroundings();
  await around.start();
  await seed(around.store);
  running = await startConsole(around);
  await eventually(async () => (await running.ask(`/api/tenants/${tenantA}`)).status === 200);
}, 90_000);
afterAll(async () => {
  await running.stop();
  await around.stop();
});

interface Shown {
  id: string;
  name: string | null;
  source: string;
  revokedAt: number | null;
  expiresAt: number | null;
}

async function post(path: string, body: object = {}, tenant = tenantA) {
  const response = await fetch(
    `http://127.0.0.1:${String(running.port)}/api/tenants/${tenant}/push-tokens${path}`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'operator-key': running.operatorKey },
      body: JSON.stringify(body),
    },
  );
  const json = (await response.json()) as {
    token: string;
    pushToken: Shown;
    errCode: string;
    errMsg: string;
  };
  return { status: response.status, ...json };
}

const list = async (): Promise<Shown[]> =>
  (await running.ask(`/api/tenants/${tenantA}/push-tokens`)).json.items as unknown as Shown[];

describe('push tokens in the admin API', () => {
  it('are given out once, listed without the token, rotated and revoked', async () => {
    const { status, token, pushToken } = await post('', { name: 'erp', expiresAt: '2099-01-01T00:00:00Z' });
    expect([status, token]).toEqual([200, expect.stringMatching(/^slp_/)]);
    expect(pushToken).toMatchObject({ name: 'erp', source: 'issued', expiresAt: Date.UTC(2099, 0, 1) });
    const shown = await running.ask(`/api/tenants/${tenantA}/push-tokens`);
    expect(shown.text).not.toContain(token);
    expect((await list()).map(({ source }) => source)).toEqual(['config', 'issued']);
    const next = await post(`/${pushToken.id}/rotate`, { overlapSeconds: 0 });
    expect(next).toMatchObject({ status: 200, pushToken: { name: 'erp', expiresAt: null } });
    expect(await post(`/${next.pushToken.id}/revoke`)).toMatchObject({
      status: 200,
      revokedAt: expect.any(Number),
    });
  });

  it.each([
    ['a name that is in force', { name: 'twice' }, 409],
    ['no name', { name: ' ' }, 400],
    ['an end that is past', { name: 'x', expiresAt: 1 }, 400],
    ['an end that is no time', { name: 'x', expiresAt: 'soon' }, 400],
    ['a key that is not known', { name: 'x', hash: 'y' }, 400],
  ])('are not given out with %s', async (_, body, status) => {
    if (status === 409) await post('', body);
    expect((await post('', body)).status).toBe(status);
  });

  it('are not to be reached through another tenant', async () => {
    const { pushToken } = await post('', { name: 'of A' });
    for (const verb of ['revoke', 'rotate'])
      expect((await post(`/${pushToken.id}/${verb}`, {}, tenantB)).status).toBe(404);
    expect((await post('', { name: 'x' }, 'nobody')).status).toBe(404);
    expect((await list()).find(({ id }) => id === pushToken.id)).toMatchObject({ revokedAt: null });
  });
});

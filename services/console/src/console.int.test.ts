import { stringifyJson, topics } from '@syncline/contract';
import { aStream, eventually } from '@syncline/testkit';
import {
  bigBody,
  buried,
  hookSource,
  seed,
  startConsole,
  Surroundings,
  tenantA,
  tenantB,
  type Answer,
} from './a-console.fixture.ts';
import { openApiPath } from './api/open-api.ts';
import { apiRoutes } from './api/routes.ts';

let around: Surroundings;
let running: Awaited<ReturnType<typeof startConsole>>;

beforeAll(async () => {
  around = new Surroundings();
  await around.start();
  await seed(around.store);
  running = await startConsole(around);
  await eventually(async () => (await get(`/api/tenants/${tenantA}`)).status === 200);
}, 90_000);
afterAll(async () => {
  await running.stop();
  await around.stop();
});

/** As Syncline's own programs ask; what others may do is tested in sign-in.int.test.ts. */
const own = (): Record<string, string> => ({ 'operator-key': running.operatorKey });
const get = (path: string, headers?: Record<string, string>): Promise<Answer> => running.ask(path, headers);
const ofA = (path: string): Promise<Answer> => get(`/api/tenants/${tenantA}${path}`);
const idsIn = ({ json }: Answer, name = 'id'): unknown[] => json.items.map((item) => item[name]);

/** A path for each route of the table, with ids of tenant A. */
const filled = (path: string, tenantId: string, prefix = ''): string =>
  `/api${path}`
    .replace(':tenantId', tenantId)
    .replace(':dataCenterId', 'dc-main')
    .replace(':apiName', 'BD_Customer')
    .replace(':taskId', 'task-1')
    .replace(':objectApiName', 'BD_Customer')
    .replace(':rowId', `${prefix}row${prefix === '' ? '-1' : ''}`)
    .replace(':syncId', `${prefix}sync${prefix === '' ? '-1' : ''}`)
    .replace(':eventId', 'e1');

const readingRoutes = apiRoutes.filter(({ method }) => method === 'get');

describe('every route of the admin API', () => {
  it.each(readingRoutes.map((one) => [one.path, one] as const))(
    '%s answers what it promises',
    async (path, one) => {
      const answer = await get(filled(path, tenantA));
      expect(answer.status).toBe(200);
      // Parsing leaves out what the schema does not name, so that nothing can slip out beside it.
      expect(one.answer.parse(answer.json)).toEqual(answer.json);
      expect(answer.text).not.toContain('seeded-secret');
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    },
  );

  const ofTenants = readingRoutes.filter(({ path }) => path.startsWith('/tenants/:tenantId'));

  it.each(ofTenants.map(({ path }) => path))('%s knows no other tenant', async (path) => {
    for (const tenantId of ['none', '__proto__', '$ne', '%7B%22$ne%22:1%7D']) {
      const { status, json } = await get(filled(path, tenantId));
      expect([status, json['errCode']]).toEqual([404, 's306240011']);
    }
  });

  it.each(ofTenants.filter(({ path }) => /:(rowId|syncId)/.test(path)).map(({ path }) => path))(
    '%s does not show one tenant what is of another',
    async (path) => {
      expect((await get(filled(path, tenantB, 'b-'))).status).toBe(200);
      expect((await get(filled(path, tenantA, 'b-'))).status).toBe(404);
      expect((await get(filled(path, tenantB))).status).toBe(404);
    },
  );

  it.each(ofTenants.filter(({ query }) => 'after' in query.shape).map(({ path }) => path))(
    '%s lists nothing of another tenant',
    async (path) => {
      const { text } = await get(filled(path, tenantA));
      expect(text).not.toContain(tenantB);
      expect(text).not.toMatch(/"b-(row|sync|stream)"/);
    },
  );

  it.each(readingRoutes.filter(({ query }) => 'after' in query.shape).map(({ path }) => path))(
    '%s refuses a page mark that it never gave',
    async (path) => {
      const { status, json } = await get(`${filled(path, tenantA)}?after=bm9uc2Vuc2U`);
      expect([status, json['errCode']]).toEqual([400, 's306240014']);
      expect(json['errMsg']).toContain('"after"');
    },
  );

  it.each(readingRoutes.map(({ path }) => path))(
    '%s refuses a parameter that it does not know',
    async (path) => {
      const { status, json } = await get(`${filled(path, tenantA)}?__proto__=1`);
      expect([status, json['errCode']]).toEqual([400, 's306240014']);
      expect(json['errMsg']).toContain('"__proto__"');
    },
  );

  it('stands in the OpenAPI document', async () => {
    const { json } = await get('/api/openapi.json');
    expect(json['openapi']).toBe('3.1.0');
    expect(Object.keys(json['paths'] as object)).toEqual([
      ...new Set(['/session', '/session/password', ...apiRoutes.map(({ path }) => openApiPath(path))]),
    ]);
  });

  it('has no POST where it only reads', async () => {
    const { status, json } = await get('/api/nothing-here');
    expect([status, json['errCode']]).toEqual([404, 's306240011']);
    const posted = await fetch(`http://127.0.0.1:${running.port}/api/overview`, {
      method: 'POST',
      headers: own(),
    });
    expect(posted.status).toBe(404);
  });
});

describe('mappings', () => {
  it.each([
    ['', ['row-1', 'row-waits', 'row-failed', 'row-voided']],
    ['?crmId=A1', ['row-1']],
    ['?crmId=__proto__', ['row-failed']],
    ['?crmId=$ne', []],
    ['?erpId=E1', ['row-1']],
    ['?crmObject=ContactObj', ['row-waits']],
    ['?status=3', ['row-voided']],
    ['?status=voided', ['row-voided']],
    ['?lastSyncStatus=5', ['row-failed']],
    ['?lastSyncStatus=waiting,failed', ['row-waits', 'row-failed']],
    ['?dataCenterId=none', []],
    [`?streamId=${aStream().id}&erpObject=BD_Customer&lastSyncStatus=6`, ['row-1']],
  ])('filtered by "%s" are %j', async (query, ids) => {
    expect(idsIn(await ofA(`/mappings${query}`))).toEqual(ids);
  });

  it('come page by page, newest first', async () => {
    const seen: unknown[] = [];
    let after = '';
    do {
      const page = await ofA(`/mappings?limit=3${after}`);
      seen.push(...idsIn(page));
      after = page.json.next === null ? '' : `&after=${page.json.next}`;
    } while (after !== '');
    expect(seen).toEqual(['row-1', 'row-waits', 'row-failed', 'row-voided']);
  });

  it('say in words what they wait for', async () => {
    const { json } = await ofA('/mappings/row-waits');
    expect(json).toMatchObject({
      lastSyncStatus: 2,
      lastSyncStatusText: 'waiting for a dependency',
      doing: 'waits for AccountObj A1',
      nextDueAt: 9_000,
      state: { phase: 'parked', waitsFor: ['AccountObj A1'], nextDueAt: 9_000 },
    });
    expect((await ofA('/mappings/row-1')).json).toMatchObject({
      doing: null,
      state: { phase: 'atRest' },
      streams: { toErp: { name: 'Customers to ERP', enabled: true }, toCrm: { enabled: false } },
    });
  });

  it('have the syncs of one row', async () => {
    expect(idsIn(await ofA('/mappings/row-1/syncs'), 'syncId')).toEqual(['sync-1']);
  });

  it.each(['status=4', 'lastSyncStatus=11', 'limit=0', 'crmId='])('refuse %s and name it', async (query) => {
    const { status, json } = await ofA(`/mappings?${query}`);
    expect(status).toBe(400);
    expect(json['errMsg']).toContain(`"${query.split('=')[0]}"`);
  });
});

describe('syncs', () => {
  it.each([
    ['', ['sync-1', 'sync-2', 'sync-3']],
    ['?status=failed', ['sync-2']],
    ['?errorClass=rejected', ['sync-2']],
    ['?id=__proto__', ['sync-2']],
    ['?id=E1&object=BD_Customer', ['sync-1', 'sync-2', 'sync-3']],
    ['?id=E1&object=AccountObj', []],
    ['?id=A1', ['sync-1', 'sync-3']],
    [`?stream=${aStream({ direction: 'erp-to-crm' }).id}`, ['sync-3']],
    ['?stream=b-stream', []],
    ['?from=2000&to=4000', ['sync-2', 'sync-3']],
    ['?from=1970-01-01T00:00:03Z', ['sync-1', 'sync-2']],
  ])('filtered by "%s" are %j', async (query, ids) => {
    expect(idsIn(await ofA(`/syncs${query}`), 'syncId')).toEqual(ids);
  });

  it('tell their whole story, big bodies among it', async () => {
    const { json } = await ofA('/syncs/sync-1');
    const events = json['events'] as { id: string; message: string; body: unknown }[];
    expect(events.map(({ id }) => id)).toEqual(['e1', 'e2', 'e3', 'e4']);
    expect(events[0]?.body).toMatchObject({ text: '{"master":{"n":1.10},"details":{}}', isCut: false });
    expect(events[1]?.body).toEqual({
      text: bigBody.slice(0, 256 * 1024),
      characters: bigBody.length,
      isCut: true,
    });
    expect(events[2]).toMatchObject({ message: '<script>alert(1)</script>', body: null });
    expect(events[3]?.body).toEqual({ text: null, characters: 0, isCut: false });
  });

  it('give a whole body with every digit', async () => {
    const { status, text, headers } = await ofA('/syncs/sync-1/events/e2/body');
    expect(status).toBe(200);
    expect(text).toBe(bigBody);
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    for (const event of ['e3', 'e4', 'none']) {
      expect((await ofA(`/syncs/sync-1/events/${event}/body`)).status).toBe(404);
    }
  });
});

describe('what people search for', () => {
  it.each([
    ['/syncs?text=acme', 'syncId', ['sync-1', 'sync-2', 'sync-3']],
    ['/syncs?text=__PROTO', 'syncId', ['sync-2']],
    ['/syncs?text=.*', 'syncId', []],
    ['/syncs?unresolved=true&status=failed', 'syncId', ['sync-2']],
    ['/syncs?unresolved=true', 'syncId', ['sync-2']],
    ['/mappings?text=e1', 'id', ['row-1']],
    ['/mappings?text=acme&lastSyncStatus=waiting', 'id', ['row-waits']],
    ['/field-mappings?text=ANN', 'crmId', [`crm-${tenantA}`]],
    ['/field-mappings?text=bob', 'crmId', []],
  ])('%s finds %s %j', async (path, name, ids) => {
    expect(idsIn(await ofA(path), name)).toEqual(ids);
  });

  it.each(['text=', 'unresolved=1'])('refuses %s and names it', async (query) => {
    const { status, json } = await ofA(`/syncs?${query}`);
    expect(status).toBe(400);
    expect(json['errMsg']).toContain(`"${query.split('=')[0]}"`);
  });

  it('counts unsettled failures by what they say', async () => {
    const { json } = await ofA('/failures');
    expect(json.items).toEqual([
      expect.objectContaining({ streamId: aStream().id, status: 5, errorClass: 'rejected', count: 1 }),
    ]);
  });
});

describe('the live stream', () => {
  const connect = (query: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${running.port}/api/live?${query}`, {
      headers: own(),
      signal: AbortSignal.timeout(20_000),
    });

  it('tells the overview of a tenant at once and again', async () => {
    const response = await connect(`tenant=${tenantA}`);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while ((text.match(/event: overview/g)?.length ?? 0) < 2) text += (await reader.read()).value ?? '';
    const [, told] = /data: (.*)\n/.exec(text) ?? [];
    expect(JSON.parse(told ?? '')).toMatchObject({ records: { waiting: 1, failed: 1 }, streams: [{}, {}] });
    expect(text).not.toContain(tenantB);
    await reader.cancel();
  });

  it.each(['', 'tenant=none', 'tenant=__proto__', `tenant=${tenantA}&tenant=${tenantB}`])(
    'has nothing for "%s"',
    async (query) => {
      expect((await connect(query)).status).toBe(404);
    },
  );
});

describe('to poll now', () => {
  const run = (headers: Record<string, string>, object = 'BD_Customer'): Promise<Response> =>
    fetch(`http://127.0.0.1:${running.port}/api/tenants/${tenantA}/poll-tasks/dc-main/${object}/run`, {
      method: 'POST',
      headers: { ...own(), ...headers },
      body: '{}',
    });

  it('is asked of the poller, whose refusal is passed on', async () => {
    const response = await run({ 'content-type': 'application/json' });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ errCode: 's306240009', traceId: expect.any(String) });
  });

  it.each([
    ['another site', { 'content-type': 'application/json', 'sec-fetch-site': 'cross-site' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['a page of another origin', { 'content-type': 'application/json', origin: 'http://evil.example' }],
  ])('is refused when %s asks', async (_who, headers) => {
    expect((await run(headers)).status).toBe(400);
  });
});

describe('tenants, streams and polls', () => {
  it('show their secrets as stars', async () => {
    const { json } = await ofA('');
    expect(json).toMatchObject({
      pushTokens: 1,
      dataCenters: [{ token: '***', baseUrl: 'http://***@127.0.0.1/erp' }],
      erpObjects: [{ apiName: 'BD_Customer', adapter: null }],
    });
  });

  it('leaf through the tenants', async () => {
    const first = await get('/api/tenants?limit=1');
    const second = await get(`/api/tenants?limit=1&after=${String(first.json.next)}`);
    expect([...idsIn(first), ...idsIn(second)]).toEqual([tenantA, tenantB]);
    expect(second.json.next).toBeNull();
  });

  it('name the files of the hooks of a stream, and not what stands in them', async () => {
    const { json, text } = await ofA('/streams');
    expect(json.items[0]).toMatchObject({
      hooks: { before: 'hooks/tidy.js', during: null, after: null },
    });
    expect(text).not.toContain(hookSource);
  });

  it('count what is open in each stream', async () => {
    const { json } = await ofA('/streams');
    expect(json.items[0]).toMatchObject({
      name: 'Customers to ERP',
      open: { waiting: 1, failed: 1, held: 0 },
    });
    expect(json.items[1]).toMatchObject({ enabled: false, open: { waiting: 0, failed: 0 } });
  });

  it('say how far a polled object is', async () => {
    const plan = { schedule: 'every 6 minutes', timeZone: 'UTC', everyMs: 360_000, fullSweep: null };
    const task = { objectApiName: 'BD_Customer', ...plan, checkpoint: null, isHeld: false };
    expect((await ofA('/poll-tasks')).json.items).toEqual([expect.objectContaining(task)]);
    expect(idsIn(await ofA('/poll-windows?status=complete'))).toEqual([`window-${tenantA}`]);
    expect(idsIn(await ofA('/poll-windows?status=failed'))).toEqual([]);
    expect((await ofA('/poll-windows?status=short&kind=sweep')).status).toBe(200);
    expect(idsIn(await ofA('/poll-windows?kind=increment'))).toEqual([`window-${tenantA}`]);
  });
});

describe('an ERP object', () => {
  it('has its API as OpenAPI, with the addresses of both sides', async () => {
    const { json, text } = await get(`/api/erp-objects/${tenantA}/dc-main/BD_Customer/openapi.json`);
    expect(json).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'BD_Customer (Customer)' },
      paths: {
        '/create': { servers: [{ url: 'http://***@127.0.0.1/erp' }] },
        '/erp/syncdata/open/objdata/asyncpush': { servers: [{ url: 'https://sync.example' }] },
      },
    });
    expect(text).toContain('$TOKEN');
  });

  it.each(['none/dc-main/BD_Customer', `${tenantA}/none/BD_Customer`, `${tenantA}/dc-main/__proto__`])(
    '%s is not there',
    async (place) => {
      const { status, json } = await get(`/api/erp-objects/${place}/openapi.json`);
      expect([status, json['errCode']]).toEqual([404, 's306240011']);
    },
  );
});

describe('dead letters', () => {
  it('are taken from the topic, each once, and shown without harm', async () => {
    const { topic, headers } = buried(41);
    await around.publish(topic, Buffer.from([0xff, 0x00]), headers);
    await around.publish(topic, Buffer.from([0xff, 0x00]), headers);
    await around.publish(topic, '<script>', {});
    const { json } = await eventually(async () => {
      const answer = await get('/api/dead-letters');
      return answer.json.items.length === 2 && answer;
    });
    expect(json.items).toContainEqual(
      expect.objectContaining({
        topic: 'crm.events',
        partition: 3,
        offset: 41,
        reason: 'the value is not JSON',
        value: { encoding: 'base64', content: '/wA=', bytes: 2 },
      }),
    );
    expect(json.items).toContainEqual(
      expect.objectContaining({ topic: 'sync.dead-letters', reason: 'no reason was given' }),
    );
    const own = await get('/api/dead-letters?topic=crm.events');
    expect(own.json.items).toHaveLength(1);
    expect((await get('/api/dead-letters?limit=51')).status).toBe(400);
  });

  it('hold an outcome that no one can read, too', async () => {
    await around.publish(topics.syncOutcomes, '{"syncId":1}');
    await eventually(async () => {
      const { json } = await get(`/api/dead-letters?topic=${topics.syncOutcomes}`);
      return json.items.length === 1;
    });
  });
});

describe('the overview', () => {
  it('counts what flows, what is open, who is ready and who is behind', async () => {
    const outcome = {
      syncId: 'row-1-1',
      tenantId: tenantA,
      dataCenterId: 'dc-main',
      streamId: aStream().id,
      direction: 'crm-to-erp',
      operation: 'create',
      source: { objectApiName: 'AccountObj', dataId: 'A1', name: '' },
      dest: { objectApiName: 'BD_Customer', dataId: 'E1', name: '' },
      status: 6,
      errorClass: null,
      errorCode: null,
      errorMessage: null,
      attempts: 1,
      at: Date.now(),
    };
    await around.publish(topics.syncOutcomes, stringifyJson(outcome));
    await around.publish(topics.syncOutcomes, stringifyJson({ ...outcome, status: 5 }));
    const { json } = await eventually(
      async () => {
        const answer = await get('/api/overview');
        const [first] = answer.json['tenants'] as { lastHour: { success: number; failed: number } }[];
        return first?.lastHour.success === 1 && first.lastHour.failed === 1 && answer;
      },
      { everyMs: 200 },
    );
    expect(json).toMatchObject({
      records: { waiting: 1, failed: 2, held: 0, unknown: 0, deadLetters: expect.any(Number) },
      tenants: [
        { tenantId: tenantA, records: { waiting: 1, failed: 1 } },
        { tenantId: tenantB, records: { failed: 1 }, lastHour: { success: 0 } },
      ],
      services: [
        { name: 'receiver', ready: true, reasons: [] },
        { name: 'pusher', ready: false, reasons: ['it does not answer'] },
      ],
    });
    await eventually(async () => {
      const lags = (await get('/api/lag')).json.items;
      return lags.some(
        ({ groupId, topic }) => groupId === 'syncline-console' && topic === topics.syncOutcomes,
      );
    });
  });
});

describe('the web page', () => {
  it('comes with a policy that lets no script or style of others run', async () => {
    const { status, headers, text } = await get('/');
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^text\/html/);
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(policy).toMatch(/style-src 'self' 'nonce-[\w-]{20,}'/);
    expect(text).not.toContain('__NONCE__');
    expect(String((await get('/')).headers['content-security-policy'])).not.toBe(policy);
    expect(text).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/);
  });

  it('has every file that it names', async () => {
    const page = await get('/');
    const files = [...page.text.matchAll(/(?:src|href)="(\/[^"#]*)"/g)].flatMap(([, path]) => path ?? []);
    expect(files.length).toBeGreaterThan(1);
    for (const path of files) expect((await get(path)).status).toBe(200);
    const script = files.find((path) => path.endsWith('.js')) ?? '';
    expect((await get(script)).headers['cache-control']).toContain('immutable');
    expect(page.headers['cache-control']).toBe('no-store');
  });

  it.each(['/t/81138/overview', `/t/${tenantA}/data/a-sync`, '/index.html'])(
    'is there at %s',
    async (path) => {
      expect((await get(path)).text).toContain('<div id="root">');
    },
  );

  it('is no answer to a path of the API', async () => {
    expect((await get('/api/nothing')).headers['content-type']).toMatch(/json/);
  });

  it.each(['/../package.json', '/..%2fpackage.json', '/%2e%2e/package.json', '/.env', '/nothing.js'])(
    'has nothing at %s',
    async (path) => {
      expect((await get(path)).status).toBeGreaterThanOrEqual(400);
    },
  );
});

describe('the Host header', () => {
  it.each(['localhost:8700', '127.0.0.1', '[::1]:1', 'console.example'])('may be %s', async (host) => {
    expect((await get('/api/tenants', { host })).status).toBe(200);
  });

  it.each(['evil.example', 'localhost.evil.example', '192.168.1.2:8700'])(
    'may not be "%s", for the page nor for the API',
    async (host) => {
      for (const path of ['/', '/api/overview', '/api/openapi.json']) {
        const { status, text } = await get(path, { host });
        expect(status).toBe(400);
        expect(text).not.toContain(tenantA);
      }
    },
  );
});

describe('historical sync tasks', () => {
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`http://127.0.0.1:${running.port}/api/history-tasks${path}`, {
      method: 'POST',
      headers: { ...own(), 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  };
  const stream = aStream().id;

  it('wait for their turn once they are made, and are shown', async () => {
    const made = await post('', {
      stream,
      from: '2026-01-01T00:00:00Z',
      to: 1_767_312_000_000,
      where: 'x = 1',
    });
    expect(made).toMatchObject({
      status: 200,
      json: { streamId: stream, state: 'queued', from: 1_767_225_600_000, to: 1_767_312_000_000, rate: 20 },
    });
    const shown = await get(`/api/history-tasks/${String(made.json['id'])}`);
    expect(shown.json).toMatchObject({ where: 'x = 1', progress: { done: 0, total: null } });
    expect(idsIn(await get('/api/history-tasks?state=queued'))).toContain(made.json['id']);
  });

  it.each([
    ['stream', { from: 1 }, 'expected the id or the name of a stream'],
    ['stream', { stream: 'none', from: 1 }, 'there is no stream'],
    ['from', { stream }, 'give from (and to), or ids'],
    ['from', { stream, from: 'yesterday' }, 'expected ms since the epoch'],
    ['from', { stream, from: 5, to: 5 }, 'is not before to'],
    ['to', { stream, from: 1, to: 9_999_999_999_999 }, 'leave it out'],
    ['ids', { stream, ids: [] }, 'expected one id at least'],
    ['ids', { stream, ids: ['a'], from: 1 }, 'give one or the other'],
    ['where', { stream, ids: ['a'], where: 'a = (' }, 'is no JSONata expression'],
    ['rate', { stream, ids: ['a'], rate: 0 }, 'expected a number from 1 to 1000'],
    ['until', { stream, ids: ['a'], until: 1 }, 'is not known here'],
  ])('are refused with the field %s named, and what to do (%j)', async (field, body, remedy) => {
    const { status, json } = await post('', body);
    expect(status).toBe(400);
    expect(json['errMsg']).toContain(`The field "${field}": `);
    expect(json['errMsg']).toContain(remedy);
  });

  it('are refused in a body that is no JSON, and from the pages of others', async () => {
    expect((await post('', '{')).status).toBe(400);
    expect((await post('', { stream, from: 1 }, { 'content-type': 'text/plain' })).status).toBe(400);
    expect((await post('', { stream, from: 1 }, { 'sec-fetch-site': 'cross-site' })).status).toBe(400);
  });

  it('are paused, go on and are stopped, each from where that makes sense', async () => {
    const { json } = await post('', { stream, ids: ['a'], startAt: Date.now() + 3_600_000 });
    const path = `/${String(json['id'])}`;
    expect(json['state']).toBe('notYetDue');
    expect((await post(`${path}/resume`, {})).json['errMsg']).toContain('resume is for one that is paused');
    expect((await post(`${path}/pause`, {})).json['state']).toBe('paused');
    expect((await post(`${path}/resume`, {})).json['state']).toBe('notYetDue');
    expect((await post(`${path}/stop`, {})).json['state']).toBe('stopped');
    expect((await post(`${path}/stop`, {})).status).toBe(409);
    expect((await post('/none/stop', {})).status).toBe(404);
  });

  it('name the records that failed, with their syncs', async () => {
    const { json } = await get('/api/history-tasks/task-1/failures');
    expect(json.items).toEqual([{ dataId: 'A1', syncId: 'sync-1', code: 'e1', message: 'no', at: 1_000 }]);
  });
});

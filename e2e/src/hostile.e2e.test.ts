import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, startSyncline, type RunningSyncline } from '@syncline/testkit';
import {
  consoleCases,
  openApiCases,
  openHeaders,
  openPath,
  pushCases,
  pushHeaders,
  pushPath,
  query,
  secrets,
  wireCases,
  type HostileCase,
} from './hostile/cases.ts';
import { entitiesOf, startEvilErp } from './hostile/evil-erp.ts';
import { headOf, leaveHalfWay, sendRaw } from './hostile/raw.ts';
import { askConsole } from './console-client.ts';
import { tracesOf } from './hostile/traces.ts';

const minutes = 60_000;
const services = ['receiver', 'mapping', 'poller', 'pusher', 'console'] as const;
type Service = (typeof services)[number];

/** Ways to spell 169.254.169.254 and its like; no ERP is there. */
const metadata = {
  plain: 'http://169.254.169.254/latest',
  decimal: 'http://2852039166/latest',
  hex: 'http://0xa9fea9fe/latest',
  octal: 'http://0251.0376.0251.0376/latest',
  short: 'http://169.16689662/latest',
  mapped: 'http://[::ffff:169.254.169.254]/latest',
  nat64: 'http://[64:ff9b::a9fe:a9fe]/latest',
  sixtofour: 'http://[2002:a9fe:a9fe::1]/latest',
  linklocal: 'http://[fe80::1]/latest',
  aws6: 'http://[fd00:ec2::254]/latest',
  alibaba: 'http://100.100.100.200/latest',
};

let erp: Awaited<ReturnType<typeof startEvilErp>>;
let system: RunningSyncline;
let folder: string;
let pids: Record<string, number>;

function configOf(): string {
  const urls = { ...metadata, ...Object.fromEntries(erp.kinds.map((kind) => [kind, `${erp.url}/${kind}`])) };
  const center = (id: string, url: string) =>
    `      - { id: ${id}, channel: STANDARD_CHANNEL, baseUrl: "${url}", token: ${secrets.erpToken}, timeoutMs: 5000, format: ${id === 'entities' ? 'xml' : 'json'} }`;
  const object = (tenant: string, center: string, more: string) =>
    `  - { tenantId: ${tenant}, dataCenterId: ${center}, apiName: BD_Customer, idField: FID${more} }`;
  return [
    'tenants:',
    `  - id: a\n    pushTokens: [${secrets.pushTokenA}]\n    dataCenters:\n${center('dc-a', 'http://127.0.0.1:9/erp')}`,
    `  - id: b\n    pushTokens: [${secrets.pushTokenB}]\n    dataCenters:\n${center('dc-b', 'http://127.0.0.1:9/erp')}`,
    `  - id: evil\n    dataCenters:\n${Object.entries(urls)
      .map(([id, url]) => center(id, url))
      .join('\n')}`,
    'erpObjects:',
    object(
      'a',
      'dc-a',
      ", adapter: { expression: \"{'objAPIName': 'BD_Customer', 'id': body.r.id, 'masterFieldVal': {'FName': body.r.a}}\" }",
    ),
    object('b', 'dc-b', ''),
    ...Object.keys(urls).map((id) => object('evil', id, ', poll: { everyMinutes: 600 }')),
    'streams:',
    ...['a', 'b'].map(
      (id) =>
        `  - { id: stream-${id}, tenantId: ${id}, dataCenterId: dc-${id}, direction: erp-to-crm, source: BD_Customer, dest: AccountObj, fields: [{ to: name, from: FName }] }`,
    ),
  ].join('\n');
}

beforeAll(async () => {
  erp = await startEvilErp();
  folder = mkdtempSync(join(tmpdir(), 'syncline hostile '));
  writeFileSync(join(folder, 'all.yaml'), configOf());
  system = await startSyncline({ config: folder, sandbox: false, env: { LOG_LEVEL: 'debug' } });
  pids = system.pids();
}, 5 * minutes);
afterAll(async () => {
  erp.stop();
  await system.stop();
  rmSync(folder, { recursive: true, force: true });
}, 2 * minutes);

const portOf = (service: Service): number => system.ports[service];

/** Every answer that is not right, by the name of its case. */
async function wrongsOf(service: Service, cases: readonly HostileCase[]): Promise<Record<string, unknown>> {
  const wrongs: Record<string, unknown> = {};
  for (const { name, bytes, right } of cases) {
    const { status, errCode, text } = await sendRaw(portOf(service), ...bytes);
    const isRight = right.some((one) => one === status || one === `${String(status)} ${String(errCode)}`);
    const tells =
      Object.values(secrets).some((secret) => text.includes(secret)) || /\bat .*\.js:\d+/.test(text);
    if (!isRight || tells) wrongs[name] = { status, errCode, right, tells, text: text.slice(0, 300) };
  }
  return wrongs;
}

async function post(service: Service, path: string, headers: object, body: string): Promise<string> {
  const url = system.url(service) + path;
  const init = { method: 'POST', headers: headers as Record<string, string>, body };
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(20_000) });
  return answer.text();
}

const honestPush = (): Promise<string> =>
  post('receiver', pushPath, pushHeaders, '{"objAPIName":"BD_Customer","masterFieldVal":{"FName":"Acme"}}');
const honestCall = (): Promise<string> => post('mapping', openPath, openHeaders, query);

/** The same processes, ready, and honest callers are served. */
async function expectUnharmed(): Promise<void> {
  expect(system.pids()).toEqual(pids);
  for (const service of services) expect((await fetch(`${system.url(service)}/readyz`)).status).toBe(200);
  expect(await honestPush()).toContain('s106240000');
  expect(await honestCall()).toContain('s106240000');
}

describe('hostile requests', () => {
  afterEach(expectUnharmed, 30_000);

  it.each([
    ['receiver', () => [...wireCases(pushPath, pushHeaders, '{}'), ...pushCases()]],
    ['mapping', () => [...wireCases(openPath, openHeaders, '{}'), ...openApiCases()]],
    ['poller', () => wireCases('/poll-tasks/a/dc-a/BD_Customer/run', {}, '{}')],
    [
      'console',
      () => [
        ...wireCases('/api/history-tasks', { 'content-type': 'application/json' }, '{}'),
        ...consoleCases(),
      ],
    ],
    ['pusher', () => wireCases('/readyz', {}, '{}')],
  ] as const)(
    'get the right answers from %s',
    async (service, cases) => {
      expect(await wrongsOf(service, cases())).toEqual({});
    },
    40_000,
  );

  it('that come slowly lose their connections, and hold up nobody', async () => {
    const { 'content-type': type, ...rest } = pushHeaders;
    const begun = headOf('POST', pushPath, {
      Host: 'x',
      ...rest,
      'content-type': type,
      'Content-Length': '100',
    });
    const slow = Array.from({ length: 400 }, (_, n) =>
      leaveHalfWay(portOf('receiver'), n % 2 === 0 ? begun.slice(0, 60) : begun.slice(0, -3)),
    );
    const times: number[] = [];
    for (let n = 0; n < 100; n += 1) {
      const began = performance.now();
      expect(await honestPush()).toContain('s106240000');
      times.push(performance.now() - began);
    }
    expect(times.sort((a, b) => a - b)[98]).toBeLessThan(1_000);
    await Promise.all(slow.map(({ closed }) => closed));
  }, 40_000);
});

describe('hostile contents', () => {
  afterEach(expectUnharmed, 30_000);

  it('of a push that an adapter reads are refused with a reason, and fetch nothing', async () => {
    const { id: _id, ...headers } = pushHeaders;
    const answer = await post(
      'receiver',
      pushPath,
      { ...headers, 'content-type': 'application/xml' },
      entitiesOf(erp.trapUrl),
    );
    expect(answer).toContain('s106240000');
    // No entity was expanded: what the adapter looks for is not there.
    await eventually(
      async () => (await syncsOfA()).some(({ errorCode }) => errorCode === 'record-without-id'),
      { withinMs: 20_000 },
    );
    expect(JSON.stringify(await syncsOfA())).not.toMatch(/root:|lollol/);
    expect(erp.trapped).toEqual([]);
  }, 30_000);

  it.each(Object.keys(metadata))('an ERP address that is %s metadata is refused', async (id) => {
    const answer = await post('poller', `/poll-tasks/evil/${id}/BD_Customer/run`, {}, '');
    expect(answer).toContain('link-local or cloud metadata address');
  });

  it.each([
    ['redirect', 'redirects to'],
    ['metadata', 'redirects to'],
    ['bomb', 'cannot be decompressed'],
    ['html', 'not JSON'],
    ['entities', 'a DOCTYPE is refused'],
    ['deep', 'levels deep'],
  ])('an ERP that answers with %s is a failure with a reason, and leads nowhere', async (kind, words) => {
    const answer = await post('poller', `/poll-tasks/evil/${kind}/BD_Customer/run`, {}, '');
    expect(answer).toContain('"errCode":"s306240099"');
    expect(answer).toContain(words);
    expect(erp.trapped).toEqual([]);
  });
});

async function syncsOfA(): Promise<{ errorCode: string | null }[]> {
  const answer = await askConsole(system, '/tenants/a/syncs?limit=50');
  return ((await answer.json()) as { items: { errorCode: string | null }[] }).items;
}

describe('after all of it', () => {
  it('no secret stands in any log, topic, metric, document or answer', async () => {
    const tenants = ['a', 'b', 'evil'].flatMap((id) =>
      ['', '/syncs', '/failures', '/mappings', '/poll-windows', '/overview'].map(
        (path) => `/tenants/${id}${path}`,
      ),
    );
    const traces = await tracesOf(system, [
      '/overview',
      '/dead-letters',
      '/openapi.json',
      '/audit',
      ...tenants,
    ]);
    const told = [...traces].flatMap(([where, text]) =>
      Object.entries(secrets).flatMap(([name, secret]) =>
        text.includes(secret) ? [`${name} in ${where}`] : [],
      ),
    );
    expect(told).toEqual([]);
    expect(traces.get('topics')).toContain('BD_Customer');
    expect(traces.get('store')).toContain('BD_Customer');
    expect(traces.get('log receiver.log')).toContain('a push was refused');
  }, 60_000);
});

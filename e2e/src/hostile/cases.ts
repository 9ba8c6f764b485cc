import { gzipSync } from 'node:zlib';
import { headOf, requestOf, type Headers } from './raw.ts';

/** One hostile request, and the answers that are right: HTTP status, or status and errCode. */
export interface HostileCase {
  name: string;
  bytes: (string | Buffer)[];
  right: (number | null | `${number} ${string}`)[];
}

export const secrets = {
  pushTokenA: 'seeded-push-token-a-2f7c',
  pushTokenB: 'seeded-push-token-b-91d3',
  erpToken: 'seeded-erp-token-6b08',
} as const;

export const pushPath = '/erp/syncdata/open/objdata/asyncpush';
export const openPath = '/erp/syncdata/open/callAPI/erp.syncData.getSyncDataMappingBySourceDataId';
const standard = '{"objAPIName":"BD_Customer","masterFieldVal":{"FName":"Acme"}}';
export const query =
  '{"sourceObjectApiName":"AccountObj","destObjectApiName":"BD_Customer","sourceDataId":["A1"]}';

export const pushHeaders: Headers = {
  token: secrets.pushTokenA,
  tenantId: 'a',
  objectApiName: 'BD_Customer',
  version: 'v1',
  id: 'C1',
  'content-type': 'application/json',
};
export const openHeaders: Headers = {
  token: secrets.pushTokenA,
  tenantId: 'a',
  'content-type': 'application/json',
};

const many = Object.fromEntries(Array.from({ length: 1_500 }, (_, n) => [`x-${String(n)}`, 'x']));
const deep = `{"objAPIName":"BD_Customer","masterFieldVal":{"a":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}}`;
const oddKeys = `{"objAPIName":"BD_Customer","masterFieldVal":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"$where":"1","a.b":1,"_bsontype":"ObjectId","n\\u0000l":"\\u0000","":1}}`;
const gzipBomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
/** Over the parser's own limit of a head, in bytes. */
const tooLong = 'x'.repeat(20_000);

/** What no HTTP server may be confused by, whichever of ours it is. */
export function wireCases(path: string, headers: Headers, body: string): HostileCase[] {
  const all: Headers = { Host: '127.0.0.1', ...headers };
  const length = String(Buffer.byteLength(body));
  const head = (over: Headers): string => headOf('POST', path, { ...all, ...over });
  const chunked = head({ 'Transfer-Encoding': 'chunked' });
  const bad = (name: string, ...bytes: (string | Buffer)[]): HostileCase => ({
    name,
    bytes,
    right: ['400 s306240002'],
  });
  return [
    bad('1,500 headers', requestOf({ path, headers: { ...headers, ...many } }, body)),
    { ...bad('a head of 20 kB', head({ 'x-long': tooLong })), right: ['400 s306240002', 431] },
    bad(
      'Content-Length and Transfer-Encoding',
      head({ 'Content-Length': '4', 'Transfer-Encoding': 'chunked' }),
      '0\r\n\r\nGET / HTTP/1.1\r\n\r\n',
    ),
    bad('two Hosts', head({ Host: 'a', host: 'b' }).replace('\r\n', '\r\nContent-Length: 0\r\n')),
    bad('two lengths', head({ 'Content-Length': length, 'content-length': '1' }), body),
    bad('a length that is no number', head({ 'Content-Length': '1e3' }), body),
    bad('a negative length', head({ 'Content-Length': '-1' }), body),
    {
      ...bad('a chunk whose size is no number', chunked, 'zz\r\nab\r\n0\r\n\r\n'),
      right: ['400 s306240002', '404 s306240011'],
    },
    bad('a chunk that is longer than it says', chunked, '1\r\nabcdef\r\n0\r\n\r\n'),
    bad('a chunk of 2^64 bytes', chunked, 'fffffffffffffffff\r\nx'),
    {
      ...bad('chunk extensions without end', chunked, `1;${'x'.repeat(40_000)}\r\n`),
      right: ['400 s306240002', 413],
    },
    bad('a folded header', `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nx-a: 1\r\n 2\r\n\r\n`),
    bad('bare line feeds', `POST ${path} HTTP/1.1\nHost: 127.0.0.1\nContent-Length: 0\n\n`),
    bad('a space before the colon', `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length : 0\r\n\r\n`),
    bad('NUL in a header', head({ 'x-nul': 'a\0b' })),
    bad('a carriage return in a header', head({ 'x-cr': 'a\rb' })),
    bad('no Host', headOf('POST', path, { 'Content-Length': '0' })),
    bad('TLS', Buffer.from('16030100c8010000c40303', 'hex')),
    bad('another protocol', 'EHLO example\r\n\r\n'),
    bad('HTTP/9.9', `POST ${path} HTTP/9.9\r\nHost: x\r\n\r\n`),
    bad('a path with a space', `POST ${path} x HTTP/1.1\r\nHost: x\r\n\r\n`),
    { name: 'CONNECT', bytes: ['CONNECT 169.254.169.254:80 HTTP/1.1\r\nHost: x\r\n\r\n'], right: [null] },
    {
      name: 'a climbing path',
      bytes: [requestOf({ path: '/../../../../etc/passwd', headers }, body)],
      right: [404],
    },
    {
      name: 'a climbing path, encoded',
      bytes: [requestOf({ path: '/..%2f..%2f%2e%2e/etc/passwd', headers }, body)],
      right: [404],
    },
    {
      name: 'half a percent sign',
      bytes: [requestOf({ path: '/%E0%A4%A', headers }, body)],
      right: [400, 404],
    },
    { name: 'NUL in a path', bytes: [requestOf({ path: `${path}%00`, headers }, body)], right: [401, 404] },
  ];
}

/** Against the push API (contract 3). */
export function pushCases(): HostileCase[] {
  const push = (
    name: string,
    over: Headers,
    body: string | Buffer,
    right: HostileCase['right'][number],
  ): HostileCase => ({
    name,
    bytes: [requestOf({ path: pushPath, headers: { ...pushHeaders, ...over } }, body)],
    right: [right],
  });
  const withLine = (line: string) =>
    requestOf({ path: pushPath, headers: pushHeaders }, standard)
      .toString('latin1')
      .replace('\r\n', `\r\n${line}\r\n`);
  return [
    { name: 'a token twice', bytes: [withLine('TOKEN: x')], right: ['400 s306240002'] },
    { name: 'a tenant twice', bytes: [withLine('tenantid: b')], right: ['400 s306240002'] },
    push('two tenants in one header', { tenantId: 'a, b' }, standard, '401 s306240001'),
    push('the token of another tenant', { tenantId: 'b' }, standard, '401 s306240001'),
    push('a tenant of every object', { tenantId: '__proto__' }, standard, '401 s306240001'),
    push('an operator for a token', { token: '{"$ne":null}' }, standard, '401 s306240001'),
    push('a token of 8,000 characters', { token: 'x'.repeat(8_000) }, standard, '401 s306240001'),
    push('an object of every object', { objectApiName: 'constructor' }, standard, '404 s306240004'),
    push('a data center of another tenant', { dataCenterId: 'dc-b' }, standard, '400 s306240005'),
    push('an id of 513 bytes', { id: 'x'.repeat(513) }, standard, '400 s306240002'),
    push('an id that is no UTF-8', { id: '\xff\xfe' }, standard, '200 s106240000'),
    push('a million levels', {}, deep, '400 s306240006'),
    push('keys that mean something elsewhere', {}, oddKeys, '200 s106240000'),
    push('a body that is no UTF-8', {}, Buffer.from('{"objAPIName":"\xff"}', 'latin1'), '400 s306240006'),
    push('100 GB announced', { 'Content-Length': '107374182400' }, '', '413 s306240007'),
    push('a gzip bomb', { 'content-encoding': 'gzip' }, gzipBomb, '413 s306240007'),
    push('gzip in gzip', { 'content-encoding': 'gzip, gzip' }, gzipSync(gzipBomb), '415 s306240008'),
    push('an encoding that nobody knows', { 'content-encoding': 'zz' }, standard, '415 s306240008'),
    push(
      'a charset that nobody knows',
      { 'content-type': 'application/json; charset=utf-7' },
      standard,
      '415 s306240008',
    ),
  ];
}

/** Against the Open API (contract 5). */
export function openApiCases(): HostileCase[] {
  const call = (
    name: string,
    over: Headers,
    body: string | Buffer,
    right: HostileCase['right'][number],
  ): HostileCase => ({
    name,
    bytes: [requestOf({ path: openPath, headers: { ...openHeaders, ...over } }, body)],
    right: [right],
  });
  const named = (name: string): HostileCase => ({
    name: `the API ${name.slice(0, 40)}`,
    bytes: [requestOf({ path: `/erp/syncdata/open/callAPI/${name}`, headers: openHeaders }, query)],
    right: [404, '404 s306240011', 400],
  });
  return [
    call('the token of another tenant', { tenantId: 'b' }, query, '401 s306240001'),
    call('two tenants in one header', { tenantId: 'a, b' }, query, '401 s306240001'),
    call('a tenant of every object', { tenantId: '__proto__' }, query, '401 s306240001'),
    call('a million levels', {}, deep.slice(0, 1_000_000), '400 s306240006'),
    call('a body of 3 MB', {}, `"${'x'.repeat(3_000_000)}"`, 413),
    call('a gzip bomb', { 'content-encoding': 'gzip' }, gzipBomb, 413),
    call('100 GB announced', { 'Content-Length': '107374182400' }, '', 413),
    call('an operator for an id', {}, query.replace('["A1"]', '[{"$ne":""}]'), '400 s306240006'),
    call('an object of every object', {}, query.replace('AccountObj', '__proto__'), '404 s306240011'),
    call('keys of every object', {}, query.replace('{', '{"__proto__":{"x":1},'), '200 s106240000'),
    named('__proto__'),
    named('constructor'),
    named('..%2f..%2ffunctions%2frun'),
    named('x'.repeat(5_000)),
  ];
}

/** Against the console and the poller, which ask browsers and operators. */
export function consoleCases(): HostileCase[] {
  const get = (
    name: string,
    path: string,
    right: HostileCase['right'],
    headers: Headers = {},
  ): HostileCase => ({
    name,
    bytes: [headOf('GET', path, { Host: '127.0.0.1', ...headers })],
    right,
  });
  const post = (name: string, headers: Headers): HostileCase => ({
    name,
    bytes: [requestOf({ path: '/api/history-tasks', headers }, '{}')],
    right: [400, 401, 403, 415],
  });
  return [
    get('another Host (DNS rebinding)', '/api/tenants', [400, 401, 403], { Host: 'evil.example' }),
    get('another Host for the page', '/', [400, 403], { Host: 'evil.example' }),
    get('a Host with a path', '/api/tenants', [400, 401, 403], { Host: '127.0.0.1/x' }),
    get('a file beside the app', '/..%2f..%2fpackage.json', [400, 403, 404]),
    get('a file beside the assets', '/assets/..%2f..%2f..%2fpackage.json', [400, 403, 404]),
    get('a climbing path', '/assets/../../../../etc/passwd', [400, 403, 404]),
    get('an operator in the query', '/api/tenants/a/syncs?text[$ne]=x', [400, 401]),
    get('a parameter twice', '/api/tenants/a/syncs?text=x&text=y', [400, 401]),
    get('a cursor that nobody gave', '/api/tenants/a/syncs?after=eyIkbmUiOjF9', [400, 401]),
    get('a tenant of every object', '/api/tenants/__proto__', [401, 404]),
    get('a query of 15 kB', `/api/tenants/a/syncs?text=${'x'.repeat(15_000)}`, [400, 401, 414, 431]),
    post('a form of another site', { 'content-type': 'text/plain', Origin: 'http://evil.example' }),
    post('a post of another origin', { 'content-type': 'application/json', Origin: 'http://evil.example' }),
    post('a million levels', { 'content-type': 'application/json' }),
  ];
}

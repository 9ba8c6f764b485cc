import { Agent } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { acceptedToken, catalogView, configuredPushTokens, findPushToken } from '@syncline/catalog';
import {
  createGuessLimit,
  createHttpServer,
  createLogger,
  systemClock,
  type RequestHandler,
} from '@syncline/chassis';
import { errorCodes, type ErrorName } from '@syncline/contract';
import { aCatalog, aDataCenter, anErpObject, aTenant } from '@syncline/testkit';
import { createAsyncPush, isPush } from './async-push.route.ts';
import { createBodyRoom } from './body-room.ts';
import { headersWith, post, standardBody, type Answer, type Sent } from './http.fixture.ts';
import type { Arrival } from './intake.ts';
import { createRateLimit } from './rate-limit.ts';

const logger = createLogger({ service: 'test', level: 'error' });
const never = new AbortController().signal;
const maxBodyBytes = 4_096;

const adapter = { kind: 'expression', expression: '$' } as const;
const view = catalogView(
  aCatalog({
    tenants: [
      aTenant(),
      aTenant({ id: 'several', dataCenters: [aDataCenter(), aDataCenter({ id: 'dc-2' })] }),
      aTenant({ id: 'other', pushTokenHashes: ['0'.repeat(64)] }),
      aTenant({ id: 'limited' }),
    ],
    erpObjects: [
      anErpObject(),
      anErpObject({ apiName: 'Adapted', adapter }),
      anErpObject({ tenantId: 'several', dataCenterId: 'dc-2' }),
    ],
    streams: [],
  }),
);

let isReady = true;
const guessLimit = (burst: number) => createGuessLimit({ burst, perSecond: 0.01, clock: systemClock });
let guesses = guessLimit(0);
const arrivals: Arrival[] = [];
const offered: (string | null)[] = [];
const push = createAsyncPush({
  catalog: {
    view: () => view,
    ready: () =>
      isReady ? { ready: true } : { ready: false, reason: 'the configuration has not been read yet' },
  },
  tokens: {
    isTokenOf: (tenantId, token) => {
      const tenant = view.tenant(tenantId);
      const accepted = tenant && configuredPushTokens(tenant).map(acceptedToken);
      return findPushToken(accepted, token, 0) !== null;
    },
    ready: () => ({ ready: true }),
  },
  guesses: { guard: (caller, isRight) => guesses.guard(caller, isRight) },
  takeShare: (tenantId) => limited(tenantId),
  intake: {
    save(arrival) {
      arrivals.push(arrival);
      return Promise.resolve({ ...arrival, order: arrivals.length, announcedAt: null });
    },
  },
  announcer: { offer: (_push, json) => void offered.push(json) },
  room: createBodyRoom(1024 * 1024),
  maxBodyBytes,
  clock: systemClock,
  logger,
});
const limitedShare = createRateLimit(1);
const limited = (tenantId: string): Promise<void> =>
  tenantId === 'limited' ? limitedShare(tenantId) : Promise.resolve();
const elsewhere: RequestHandler = (_req, res) => res.writeHead(404).end('{}');
const server = createHttpServer({
  host: '127.0.0.1',
  port: 0,
  logger,
  app: (req, res) => (isPush(req) ? push(req, res) : elsewhere(req, res)),
});

beforeAll(() => server.start());
afterAll(() => server.stop(never));
beforeEach(() => {
  isReady = true;
  arrivals.length = 0;
  offered.length = 0;
});

function send(headers: Sent, body: Buffer | string | null = standardBody()): Promise<Answer> {
  return post({ port: server.port(), headers, body });
}

function expectRefusal(answer: Answer, name: ErrorName, words = ''): void {
  const { code, http, remedy } = errorCodes[name];
  expect(answer).toMatchObject({
    status: http,
    errCode: code,
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
  });
  expect(answer.errMsg).toContain(words);
  expect(answer.errMsg).toContain(remedy);
  expect(arrivals).toEqual([]);
}

describe('asyncpush', () => {
  it('answers success once the push is cached, byte for byte, and announces its record', async () => {
    const body = `{ "objAPIName":"BD_Customer", "masterFieldVal":{"n":1.50} }`;
    expect(await send(headersWith(), body)).toMatchObject({
      status: 200,
      errCode: 's106240000',
      errMsg: 'success',
    });
    expect(arrivals).toMatchObject([
      {
        tenantId: '81138',
        dataCenterId: 'dc-main',
        objectApiName: 'BD_Customer',
        dataId: 'C1',
        operationType: null,
      },
    ]);
    expect(arrivals[0]?.body.toString()).toBe(body);
    expect(offered).toEqual(['{"master":{"n":1.50},"details":{}}']);
  });

  it.each([
    ['token', { token: undefined }],
    ['token', { token: '' }],
    ['token', { token: 'wrong' }],
    ['token', { tenantId: 'nobody' }],
    ['token', { tenantId: 'other' }],
    ['token', { token: undefined, tenantId: undefined }],
  ])('answers 001 in the same words for any token that is not the tenant’s (case %#)', async (word, over) => {
    const answer = await send(headersWith(over));
    expectRefusal(answer, 'unauthorized', word);
    expect(answer.errMsg).toBe(
      'The token is not one of this tenant. Send a push token of the tenant in the header token.',
    );
  });

  it('answers 010 to an address that showed too many wrong tokens, and looks at no more of them', async () => {
    guesses = guessLimit(2);
    try {
      for (const over of [{ token: 'wrong' }, { token: 'other' }])
        expectRefusal(await send(headersWith(over)), 'unauthorized');
      const answer = await send(headersWith());
      expectRefusal(answer, 'rateLimited', 'Too many wrong tokens');
      expect(answer.headers['retry-after']).toBe('100');
      for (let n = 0; n < 2; n += 1)
        expectRefusal(await send(headersWith({ tenantId: `nobody-${String(n)}` })), 'unauthorized');
      expectRefusal(await send(headersWith({ tenantId: 'nobody-3' })), 'rateLimited');
      expect((await send(headersWith({ tenantId: 'several', dataCenterId: 'dc-2' }))).status).toBe(200);
    } finally {
      guesses = guessLimit(0);
    }
  });

  it.each([
    ['badHeader', 'tenantId', { tenantId: undefined }],
    ['badHeader', 'version', { version: undefined }],
    ['badHeader', 'version', { version: '' }],
    ['badVersion', 'version', { version: 'v2' }],
    ['badVersion', 'version', { version: 'V1' }],
    ['badDataCenter', 'dataCenterId', { tenantId: 'several' }],
    ['badDataCenter', 'dc-9', { dataCenterId: 'dc-9' }],
    ['badHeader', 'objectApiName', { objectApiName: undefined }],
    ['unknownObject', 'BD_Nothing', { objectApiName: 'BD_Nothing' }],
    ['unknownObject', '__proto__', { objectApiName: '__proto__' }],
    ['unknownObject', 'dc-main', { tenantId: 'several', dataCenterId: 'dc-main' }],
    ['badHeader', 'operationType', { operationType: '4' }],
    ['badHeader', 'operationType', { operationType: '1, 3' }],
    ['badHeader', 'id', { id: 'x'.repeat(513) }],
    ['badHeader', 'id', { id: '客'.repeat(171) }],
    ['noAdapter', 'BD_Customer', { id: undefined }],
    ['noAdapter', 'BD_Customer', { id: '' }],
    ['badContentType', 'image/png', { 'content-type': 'image/png' }],
    ['badContentType', 'missing', { 'content-type': undefined }],
    ['badContentType', 'gzip, gzip', { 'content-encoding': 'gzip, gzip' }],
    ['badContentType', 'zstd', { 'content-encoding': 'zstd' }],
    ['badBody', '$: the body is not gzip', { 'content-encoding': 'gzip' }],
    ['badBody', '$.objAPIName', { objectApiName: 'Adapted' }],
  ] as const)('answers %s and names %s (case %#)', async (name, words, over) => {
    expectRefusal(await send(headersWith(over)), name, words);
  });

  it('refuses a contract header that comes twice before it looks at the token', async () => {
    const headers: Sent = [...headersWith({ token: 'wrong' }), ['TenantId', '81138']];
    expectRefusal(await send(headers), 'badHeader', 'tenantId was sent more than once');
  });

  it('makes its checks in the contract’s order', async () => {
    const right = headersWith();
    const wrong: Record<string, string | undefined> = {
      token: 'wrong',
      version: 'v2',
      dataCenterId: 'dc-9',
      objectApiName: 'BD_Nothing',
      operationType: '9',
      'content-type': 'image/png',
    };
    const body = 'x'.repeat(maxBodyBytes + 1);
    const names: ErrorName[] = [];
    const seen = async (headers: Sent, sent: string): Promise<void> => {
      const { errCode } = await send(headers, sent);
      names.push(
        ...(Object.keys(errorCodes) as ErrorName[]).filter((name) => errorCodes[name].code === errCode),
      );
    };
    await seen([...headersWith(wrong), ['id', 'C1']], body);
    for (const name of ['token', 'version', 'dataCenterId', 'objectApiName', 'operationType']) {
      await seen(headersWith(wrong), body);
      wrong[name] = right.find(([one]) => one === name)?.[1];
    }
    await seen(headersWith(wrong), body);
    await seen(headersWith(wrong), 'x');
    await seen(right, 'x');
    expect(names).toEqual([
      'badHeader',
      'unauthorized',
      'badVersion',
      'badDataCenter',
      'unknownObject',
      'badHeader',
      'bodyTooLarge',
      'badContentType',
      'badBody',
    ]);
  });

  it('refuses a body over the limit by its length, before it is sent', async () => {
    const headers: Sent = [...headersWith(), ['Content-Length', String(maxBodyBytes + 1)]];
    expectRefusal(await send(headers, null), 'bodyTooLarge', String(maxBodyBytes));
  });

  it('refuses a body over the limit that does not tell its length', async () => {
    const headers: Sent = [...headersWith(), ['Transfer-Encoding', 'chunked']];
    expectRefusal(await send(headers, 'x'.repeat(500_000)), 'bodyTooLarge');
  });

  it('takes a body of exactly the limit', async () => {
    const [head, tail] = standardBody({ FName: '' }).split('""') as [string, string];
    const body = `${head}"${'x'.repeat(maxBodyBytes - head.length - tail.length - 2)}"${tail}`;
    expect(body).toHaveLength(maxBodyBytes);
    expect((await send(headersWith(), body)).status).toBe(200);
  });

  it.each([
    ['gzip', gzipSync],
    ['GZIP', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('caches a %s body as it was before', async (encoding, compress) => {
    const answer = await send(headersWith({ 'content-encoding': encoding }), compress(standardBody()));
    expect(answer.status).toBe(200);
    expect(arrivals[0]?.body.toString()).toBe(standardBody());
  });

  it('inflates a bomb no further than the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const room = maxBodyBytes;
    const slices = bomb.subarray(0, room);
    expectRefusal(await send(headersWith({ 'content-encoding': 'gzip' }), slices), 'bodyTooLarge');
  });

  it('answers on the same connection after a refused body', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const where = { port: server.port(), headers: headersWith(), agent };
    const [refused, taken] = [
      await post({ ...where, body: 'x'.repeat(2_000_000) }),
      await post({ ...where, body: standardBody() }),
    ];
    agent.destroy();
    expect([refused.status, taken.status]).toEqual([413, 200]);
    expect(taken.localPort).toBe(refused.localPort);
  });

  it.each([
    ['application/json', '{"any":1}'],
    ['application/json', 'not even JSON'],
    ['application/xml', '<a>\r\n<b/></a>'],
    ['text/plain', '\u0001 客户'],
  ])('caches a %s body without id as it is, with its headers and no secret', async (contentType, body) => {
    const over = { id: undefined, objectApiName: 'Adapted', 'content-type': contentType, 'x-kind': '单据' };
    expect((await send(headersWith({ ...over, authorization: 'secret' }), body)).status).toBe(200);
    expect(arrivals[0]).toMatchObject({ dataId: null, contentType, objectApiName: 'Adapted' });
    expect(arrivals[0]?.body.toString()).toBe(body);
    expect(arrivals[0]?.headers).toMatchObject({ 'x-kind': '单据', objectapiname: 'Adapted' });
    expect(JSON.stringify(arrivals[0]?.headers)).not.toMatch(/secret|push-token/);
    expect(offered).toEqual([null]);
  });

  it('takes no empty body for a push', async () => {
    expectRefusal(
      await send(headersWith({ id: undefined, objectApiName: 'Adapted' }), ''),
      'badBody',
      'empty',
    );
    expectRefusal(await send(headersWith(), ''), 'badBody', 'empty');
  });

  it('takes ids in UTF-8, compared with the body as text', async () => {
    const id = '客'.repeat(170);
    expect((await send(headersWith({ id }), standardBody({ FCUSTID: id }))).status).toBe(200);
    expect(arrivals[0]?.dataId).toBe(id);
  });

  it.each([
    ['3', 3],
    ['2', 2],
    ['1', 1],
    ['', null],
  ])('reads operationType %j', async (operationType, read) => {
    expect((await send(headersWith({ operationType }))).status).toBe(200);
    expect(arrivals[0]?.operationType).toBe(read);
  });

  it('answers 010 with Retry-After to a tenant over its rate', async () => {
    const over = { tenantId: 'limited', objectApiName: 'BD_Nothing' };
    expectRefusal(await send(headersWith(over)), 'unknownObject');
    const answer = await send(headersWith(over));
    expectRefusal(answer, 'rateLimited');
    expect(answer.headers['retry-after']).toBe('1');
  });

  it('asks to come back while it does not know the configuration', async () => {
    isReady = false;
    const answer = await send(headersWith());
    expectRefusal(answer, 'cacheUnavailable');
    expect(answer.headers['retry-after']).toBe('1');
  });

  it('carries the trace of the request', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
    expect((await send(headersWith({ traceparent, version: 'v2' }))).traceId).toBe(traceId);
    await send(headersWith({ traceparent }));
    expect(arrivals[0]?.traceId).toBe(traceId);
  });

  it.each(['/erp/syncdata/open/objdata/asyncpush/', '/erp/syncdata/open/objdata/asyncpush?x=1'])(
    'answers at %s too',
    async (path) => {
      const answer = await post({ port: server.port(), path, headers: headersWith(), body: standardBody() });
      expect(answer.status).toBe(200);
    },
  );

  it('leaves other methods and paths to the rest of the service', async () => {
    const where = { port: server.port(), headers: headersWith(), body: '' };
    expect((await post({ ...where, method: 'PUT' })).status).toBe(404);
    expect((await post({ ...where, path: '/erp/syncdata/open/objdata/asyncpushx' })).status).toBe(404);
  });
});

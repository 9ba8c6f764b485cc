import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { DataCenter } from '@syncline/catalog';
import { parseJson, type RecordData } from '@syncline/contract';
import type { ErpCallContext } from './call.ts';
import { createErpClient, type ErpClient, type ErpClientOptions } from './client.ts';

interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A real ERP on a real port that does what each test tells it. */
class Erp {
  readonly seen: Seen[] = [];
  readonly sockets = new Set<Socket>();
  answer: (response: ServerResponse, seen: Seen, request: IncomingMessage) => void = (response) => {
    response.end('{"code":"0","message":"ok","data":{"masterDataId":"M1"}}');
  };
  readonly #server: Server = createServer((request, response) => void this.#handle(request, response));

  async start(): Promise<void> {
    this.#server.on('connection', (socket: Socket) => this.sockets.add(socket));
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const seen = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body };
    this.seen.push(seen);
    this.answer(response, seen, request);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

const erp = new Erp();
const clients: ErpClient[] = [];
const normalAnswer = erp.answer;

beforeAll(() => erp.start());
afterAll(() => erp.stop());
afterEach(async () => {
  erp.seen.length = 0;
  erp.answer = normalAnswer;
  await Promise.all(clients.splice(0).map((client) => client.stop(new AbortController().signal)));
});

function aClient(options: ErpClientOptions = {}): ErpClient {
  const client = createErpClient(options);
  clients.push(client);
  return client;
}

function aCall(dataCenter: Partial<DataCenter> = {}, more: Partial<ErpCallContext> = {}): ErpCallContext {
  return {
    objectApiName: 'BD_Customer',
    idempotencyKey: 'row1-sync1',
    dataCenter: {
      id: 'dc-main',
      channel: 'STANDARD_CHANNEL',
      baseUrl: `http://127.0.0.1:${erp.port}/erp/`,
      token: 'erp-secret',
      format: 'json',
      result: {
        codePath: 'code',
        successCodes: ['0', '200', 'success'],
        messagePath: 'message',
        dataPath: 'data',
      },
      concurrency: 4,
      requestsPerSecond: null,
      timeoutMs: 2_000,
      retryDelaysMs: [],
      createSettleSeconds: 60,
      breaker: { failures: 10, probeSeconds: 10 },
      onUnknownCreate: 'hold',
      timeZone: 'UTC',
      ...dataCenter,
    },
    ...more,
  };
}

const record: RecordData = {
  master: { FName: '客户', FNumber: '00123' },
  details: { BD_Contact: [{ FPhone: '1' }] },
};
const text =
  (body: string, status = 200, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void => {
    response.writeHead(status, headers).end(body);
  };

describe('the ERP client', () => {
  it('creates as the specification says', async () => {
    erp.answer = text(
      '{"code":0,"data":{"masterDataId":9007199254740993,"detailDataIds":{"BD_Contact":["D1"]}}}',
    );
    const written = await aClient().create(aCall(), record);
    expect(written).toMatchObject({
      ok: true,
      dataId: '9007199254740993',
      detailIds: { BD_Contact: ['D1'] },
      call: { method: 'POST', url: `http://127.0.0.1:${erp.port}/erp/create`, status: 200 },
    });
    expect(erp.seen).toHaveLength(1);
    expect(erp.seen[0]).toMatchObject({
      method: 'POST',
      url: '/erp/create',
      headers: { token: 'erp-secret', 'idempotency-key': 'row1-sync1', 'content-type': 'application/json' },
    });
    expect(JSON.parse(erp.seen[0]?.body ?? '')).toEqual({
      objAPIName: 'BD_Customer',
      masterFieldVal: record.master,
      detailFieldVals: record.details,
    });
  });

  it('voids by an update with operationType 3', async () => {
    await aClient().update(aCall(), record, { operationType: 3 });
    expect(erp.seen[0]).toMatchObject({ url: '/erp/update', headers: { operationtype: '3' } });
    await aClient().update(aCall(), record);
    expect(erp.seen[1]?.headers).not.toHaveProperty('operationtype');
  });

  it.each(['text', 'xml'] as const)('speaks %s', async (format) => {
    const body = {
      text: '{"code":"0","data":{"masterDataId":"7"}}',
      xml: '<r><code>0</code><data><masterDataId>7</masterDataId></data></r>',
    };
    erp.answer = text(body[format]);
    expect(await aClient().create(aCall({ format }), record)).toMatchObject({ ok: true, dataId: '7' });
    expect(erp.seen[0]?.headers['content-type']).toMatch(format === 'xml' ? 'application/xml' : 'text/plain');
    expect(erp.seen[0]?.body).toContain(format === 'xml' ? '<FNumber>00123</FNumber>' : '"FNumber":"00123"');
  });

  it('asks for a page with every parameter encoded', async () => {
    erp.answer = text('{"code":"0","data":{"totalNum":"2","dataList":[{"masterFieldVal":{"FID":1}},{}]}}');
    const query = { startTime: 1, endTime: 2, offset: 0, limit: 100, includeDetail: true };
    const page = await aClient().queryMasterBatch(aCall({}, { objectApiName: 'A&b=c/客' }), query);
    expect(page).toMatchObject({ ok: true, totalNum: 2, records: [{}], unreadable: [{ index: 1 }] });
    expect(erp.seen[0]?.url).toBe(
      '/erp/queryMasterBatch?objAPIName=A%26b%3Dc%2F%E5%AE%A2&startTime=1&endTime=2&includeDetail=true&offset=0&limit=100',
    );
  });

  it("tells the ERP's own time with a page, where the ERP tells it", async () => {
    const query = { startTime: 1, endTime: 2, offset: 0, limit: 100, includeDetail: true };
    erp.answer = text('{"code":"0"}', 200, { date: 'Tue, 24 Nov 2026 07:00:00 GMT' });
    expect(await aClient().queryMasterBatch(aCall(), query)).toMatchObject({
      erpTime: Date.UTC(2026, 10, 24, 7),
    });
    erp.answer = text('{"code":"0"}', 200, { date: 'today' });
    expect(await aClient().queryMasterBatch(aCall(), query)).not.toHaveProperty('erpTime');
  });

  it('reads a record by its id, percent-encoded', async () => {
    erp.answer = text('{"code":"0","data":{"masterFieldVal":{"FID":"a/b"}}}');
    const found = await aClient().queryMasterById(aCall(), '../a b?c#d');
    expect(found).toMatchObject({ ok: true, record: { master: { FID: 'a/b' }, details: {} } });
    expect(erp.seen[0]?.url).toContain('dataId=..%2Fa%20b%3Fc%23d&');
  });

  it('tells that there is no such record', async () => {
    erp.answer = text('{"code":"0","data":null}');
    expect(await aClient().queryMasterById(aCall(), 'X')).toMatchObject({ ok: true, record: null });
  });

  it('keeps the query of baseUrl on the way and out of the history', async () => {
    const baseUrl = `http://127.0.0.1:${erp.port}/erp?key=k3y`;
    const { call } = await aClient().queryMasterById(aCall({ baseUrl }), 'X');
    expect(erp.seen[0]?.url).toMatch(/^\/erp\/queryMasterById\?objAPIName=BD_Customer&.*&key=k3y$/);
    expect(call.url).not.toContain('k3y');
    expect((await aClient().create(aCall({ baseUrl }), record)).call.url).toMatch(/\/erp\/create$/);
    expect(erp.seen[1]?.url).toBe('/erp/create?key=k3y');
  });

  it('keeps what the ERP answers for the history, cut and without the token', async () => {
    erp.answer = text(`{"code":"E1","message":"bad token erp-secret","pad":"${'客'.repeat(5_000)}"}`);
    const failed = await aClient().create(aCall(), record);
    expect(failed).toMatchObject({ failure: { message: 'bad token ***' } });
    expect(Buffer.byteLength(failed.call.answer ?? '')).toBeLessThanOrEqual(4_100);
    expect(failed.call.answer).toContain('bad token ***');
  });

  it('reuses connections, at most as many as the data center may have', async () => {
    const client = aClient();
    const before = erp.sockets.size;
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(Array.from({ length: 20 }, () => client.create(aCall(), record)));
    }
    expect(erp.sockets.size - before).toBe(4);
  });
});

describe('the ERP client before it sends', () => {
  it.each([['a\r\nX-Evil: 1'], ['客户A'], ['a\0']])(
    'refuses the token %j and sends nothing',
    async (token) => {
      const failed = await aClient().create(aCall({ token }), record);
      expect(failed).toMatchObject({
        ok: false,
        failure: { kind: 'broken', code: 'bad-header', unwell: false },
      });
      expect(erp.seen).toHaveLength(0);
    },
  );

  it('refuses a record that XML cannot carry', async () => {
    const failed = await aClient().create(aCall({ format: 'xml' }), { master: { 'a b': '1' }, details: {} });
    expect(failed).toMatchObject({ failure: { kind: 'broken', code: 'unwritable-record' } });
    expect(erp.seen).toHaveLength(0);
  });

  it.each([
    'http://169.254.169.254/latest',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://0251.0376.0251.0376/',
    'http://[::ffff:169.254.169.254]/',
    'http://[fd00:ec2::254]/',
    'http://[fe80::1]/',
    'http://100.100.100.200/',
  ])('refuses the address of %s', async (baseUrl) => {
    const failed = await aClient().create(aCall({ baseUrl }), record);
    expect(failed).toMatchObject({ failure: { kind: 'broken', code: 'address-refused' } });
  });

  it('refuses loopback, by name too, where private addresses are not allowed', async () => {
    const client = aClient({ privateNetworks: [] });
    for (const host of ['127.0.0.1', 'localhost', '2130706433', '[::1]']) {
      const failed = await client.create(aCall({ baseUrl: `http://${host}:${erp.port}/erp` }), record);
      expect(failed).toMatchObject({ failure: { kind: 'broken', code: 'address-refused' } });
    }
    expect(erp.seen).toHaveLength(0);
  });

  it.each(['file:///etc/passwd', 'not a url', 'ftp://erp.test', 'http://user:pass@erp.test/'])(
    'refuses the baseUrl %s',
    async (baseUrl) => {
      const failed = await aClient().create(aCall({ baseUrl }), record);
      expect(failed).toMatchObject({ failure: { kind: 'broken', code: 'bad-base-url' } });
      expect(JSON.stringify(failed)).not.toContain('pass@');
    },
  );

  it('refuses an id that is not text, and a record over the limit', async () => {
    expect(await aClient().queryMasterById(aCall(), '\ud800')).toMatchObject({
      failure: { kind: 'broken', code: 'bad-id' },
    });
    const failed = await aClient({ maxBodyBytes: 10 }).create(aCall(), record);
    expect(failed).toMatchObject({ failure: { kind: 'broken', code: 'record-too-large' } });
  });

  it('calls an ERP that is not there transient, even on a create', async () => {
    const port = await closedPort();
    for (const baseUrl of [
      `http://127.0.0.1:${port}`,
      'http://no-such-host.invalid',
      `https://127.0.0.1:${erp.port}`,
    ]) {
      const failed = await aClient().create(aCall({ baseUrl }), record);
      expect(failed).toMatchObject({ failure: { kind: 'transient', unwell: true } });
    }
  });

  it('hands nothing to a proxy of the environment', async () => {
    const before = { ...process.env };
    for (const name of ['http_proxy', 'HTTP_PROXY', 'all_proxy']) process.env[name] = 'http://127.0.0.1:9';
    try {
      expect(await aClient().create(aCall(), record)).toMatchObject({ ok: true });
    } finally {
      process.env = before;
    }
  });
});

async function closedPort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('the ERP client with an ERP that misbehaves', () => {
  const cases: [string, Erp['answer'], { create: string; update: string; code?: string }][] = [
    [
      'redirects elsewhere',
      text('', 307, { location: 'http://127.0.0.1:9/steal' }),
      { create: 'rejected', update: 'rejected' },
    ],
    [
      'redirects to a login',
      text('', 302, { location: '/login' }),
      { create: 'unknown', update: 'rejected' },
    ],
    ['shows a login page with 200', text('<html>log in</html>'), { create: 'unknown', update: 'transient' }],
    ['answers nothing with 200', text(''), { create: 'unknown', update: 'transient' }],
    ['answers 204', text('', 204), { create: 'unknown', update: 'transient' }],
    ['cuts its JSON', text('{"code":"0","data":{"mas'), { create: 'unknown', update: 'transient' }],
    ['answers 500', text('{"code":"0"}', 500), { create: 'unknown', update: 'transient' }],
    ['answers 503', text('', 503, { 'retry-after': '7' }), { create: 'transient', update: 'transient' }],
    ['says no', text('{"code":"E1","message":"no"}'), { create: 'rejected', update: 'rejected' }],
    ['stalls', () => undefined, { create: 'unknown', update: 'transient', code: 'deadline' }],
    [
      'drips',
      (response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(timer));
      },
      { create: 'unknown', update: 'transient', code: 'deadline' },
    ],
    [
      'resets after it has read',
      (_response, _seen, request) => void request.socket.resetAndDestroy(),
      { create: 'unknown', update: 'transient' },
    ],
    [
      'closes after it has read',
      (_response, _seen, request) => void request.socket.destroy(),
      { create: 'unknown', update: 'transient' },
    ],
    [
      'breaks off within its answer',
      (response, _seen, request) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"code":"0","data":{"masterDataId":"M1"}}', () => request.socket.destroy());
      },
      { create: 'unknown', update: 'transient' },
    ],
    [
      'sends a gzip bomb',
      (response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        response.end(gzipSync(Buffer.alloc(8 * 1024 * 1024)));
      },
      { create: 'unknown', update: 'transient', code: 'bad-encoding' },
    ],
    [
      'sends more than the limit',
      (response) => response.end(Buffer.alloc(2 * 1024 * 1024)),
      { create: 'unknown', update: 'transient', code: 'answer-too-large' },
    ],
    [
      'compresses twice',
      text('x', 200, { 'content-encoding': 'gzip, gzip' }),
      { create: 'unknown', update: 'transient', code: 'bad-encoding' },
    ],
    [
      'does not speak HTTP',
      (_response, _seen, request) => request.socket.end('SSH-2.0-OpenSSH\r\n'),
      { create: 'unknown', update: 'transient' },
    ],
  ];

  it.each(cases)('%s', async (_name, answer, expected) => {
    erp.answer = answer;
    const client = aClient({ maxAnswerBytes: 1024 * 1024 });
    const call = aCall({ timeoutMs: 300 });
    const startedAt = Date.now();
    const created = await client.create(call, record);
    const updated = await client.update(call, record);
    const guarded = await client.update(call, record, { guarded: true });
    expect(Date.now() - startedAt).toBeLessThan(2_500);
    expect(created).toMatchObject({ ok: false, failure: { kind: expected.create } });
    expect(updated).toMatchObject({ ok: false, failure: { kind: expected.update } });
    expect(guarded).toMatchObject({ ok: false, failure: { kind: expected.create } });
    if (expected.code !== undefined) expect(created).toMatchObject({ failure: { code: expected.code } });
    expect(erp.seen).toHaveLength(3);
    expect(JSON.stringify([created, updated])).not.toContain('erp-secret');
  });

  it('takes a create without an id as unknown, and an update without one as done', async () => {
    erp.answer = text('{"code":"0","data":{}}');
    expect(await aClient().create(aCall(), record)).toMatchObject({
      failure: { kind: 'unknown', code: 'no-id', unwell: false },
    });
    expect(await aClient().update(aCall(), record)).toMatchObject({ ok: true, dataId: null });
  });

  it('passes on Retry-After', async () => {
    erp.answer = text('', 429, { 'retry-after': '7' });
    expect(await aClient().create(aCall(), record)).toMatchObject({ failure: { retryAfterMs: 7_000 } });
  });

  it('reads compressed answers', async () => {
    const body = '{"code":"0","data":{"masterDataId":"7"}}';
    erp.answer = (response) =>
      response.writeHead(200, { 'content-encoding': 'br' }).end(brotliCompressSync(body));
    expect(await aClient().create(aCall(), record)).toMatchObject({ ok: true, dataId: '7' });
  });

  it('calls a page that is none transient', async () => {
    erp.answer = text('{"code":"0","data":"oops"}');
    const page = await aClient().queryMasterBatch(aCall(), {
      startTime: 0,
      endTime: 1,
      offset: 0,
      limit: 1,
      includeDetail: true,
    });
    expect(page).toMatchObject({ failure: { kind: 'transient', code: 'unreadable-answer' } });
  });

  it('never sends a create twice when a kept connection closes under it', async () => {
    let requests = 0;
    erp.answer = (response, seen, request) => {
      requests += 1;
      // The first answer leaves the connection open; the second request on it is met by its end.
      if (requests % 2 === 0) request.socket.resetAndDestroy();
      else normalAnswer(response, seen, request);
    };
    const client = aClient();
    const call = aCall({ concurrency: 1 });
    for (let round = 0; round < 10; round += 1) {
      expect(await client.create(call, record)).toMatchObject({ ok: true });
      expect(await client.create(call, record)).toMatchObject({ failure: { kind: 'unknown' } });
    }
    expect(requests).toBe(20);
  });

  it('loses no create that the ERP did when it closes idle connections at any moment', async () => {
    const done = new Set<string>();
    erp.answer = (response, seen, request) => {
      done.add((parseJson(seen.body) as { masterFieldVal: { n: string } }).masterFieldVal.n);
      normalAnswer(response, seen, request);
      setImmediate(() => request.socket.destroySoon());
    };
    const client = aClient();
    const call = aCall({ concurrency: 1 });
    for (let n = 0; n < 200; n += 1) {
      const written = await client.create(call, { master: { n: String(n) }, details: {} });
      // Not done and called unknown is allowed; done and called transient would be created twice.
      if (!written.ok && written.failure.kind === 'transient') expect(done.has(String(n))).toBe(false);
    }
    expect(erp.seen.length).toBeLessThanOrEqual(200);
  });

  it('does not send what waited past its deadline for a connection', async () => {
    const held: ServerResponse[] = [];
    erp.answer = (response) => void held.push(response);
    const client = aClient();
    const first = client.create(aCall({ concurrency: 1, timeoutMs: 400 }), record);
    const second = client.create(aCall({ concurrency: 1 }, { timeoutMs: 100 }), record);
    expect(await second).toMatchObject({ failure: { kind: 'transient', code: 'deadline' } });
    expect(await first).toMatchObject({ failure: { kind: 'unknown', code: 'deadline' } });
    erp.answer = normalAnswer;
    expect(await client.create(aCall({ concurrency: 1 }), record)).toMatchObject({ ok: true });
    expect(erp.seen).toHaveLength(2);
  });
});

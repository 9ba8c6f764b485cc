import { PassThrough } from 'node:stream';
import { RefusedRequest } from '@syncline/contract';
import express from 'express';
import { createApp } from './app.ts';
import { createHttpServer } from './http-server.ts';
import { createLogger } from './logger.ts';
import type { Part } from './part.ts';
import { createProbes } from './probes.ts';
import { sendRefusal, sendSuccess } from './replies.ts';

const log = new PassThrough();
const logger = createLogger({ service: 'mapping', level: 'error', stream: log });
let broker: Part;
let server: ReturnType<typeof createHttpServer>;
let url: string;

beforeAll(async () => {
  broker = {
    name: 'consumer',
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    ready: () => ({ ready: true }),
  };
  const probes = createProbes({ service: 'mapping', parts: () => [broker] });
  const app = createApp({ logger, service: 'mapping', probes });
  app.post('/echo', express.json({ limit: 100 }), (req, res) => sendSuccess(res, req.body));
  app.get('/nothing', (_req, res) => sendSuccess(res));
  app.get('/refused', () => {
    throw new RefusedRequest('rateLimited', 'Over 10 a second', 2.1);
  });
  app.get('/broken', async () => {
    await Promise.reject(new Error('token hunter22 is wrong'));
  });
  app.get('/half', (_req, res) => {
    res.write('half');
    throw new Error('late');
  });
  app.get('/raw', (_req, res) =>
    sendRefusal(res, new RefusedRequest('conflict', 'A1 is mapped to B2'), 'trace-1'),
  );
  server = createHttpServer({ host: '127.0.0.1', port: 0, logger, app });
  await server.start();
  url = `http://127.0.0.1:${server.port()}`;
});

afterAll(() => server.stop(AbortSignal.abort()));

async function answerOf(
  path: string,
  init?: RequestInit,
): Promise<{ status: number; headers: Headers; body: unknown }> {
  const answer = await fetch(url + path, init);
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

describe('the probes', () => {
  it('say that the process is alive', async () => {
    expect(await answerOf('/healthz')).toMatchObject({
      status: 200,
      body: { status: 'ok', service: 'mapping' },
    });
  });

  it('say whether it can do its job, and if not, why', async () => {
    expect(await answerOf('/readyz')).toMatchObject({ status: 200, body: { ready: true, reasons: [] } });
    broker.ready = () => ({ ready: false, reason: 'not in the group' });
    const reasons = [{ part: 'consumer', reason: 'not in the group' }];
    expect(await answerOf('/readyz')).toMatchObject({ status: 503, body: { ready: false, reasons } });
  });

  it('give the metrics in the form that Prometheus reads', async () => {
    const answer = await fetch(`${url}/metrics`);
    expect(answer.headers.get('content-type')).toContain('text/plain');
    expect(await answer.text()).toContain('process_cpu_seconds_total');
  });
});

describe('an answer', () => {
  it('of success has code and message, and data if there is any', async () => {
    expect(await answerOf('/nothing')).toMatchObject({
      status: 200,
      body: { errCode: 's106240000', errMsg: 'success' },
    });
    const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"a":1}' };
    expect((await answerOf('/echo', init)).body).toEqual({
      errCode: 's106240000',
      errMsg: 'success',
      data: { a: 1 },
    });
  });

  it('of a refusal has its code, what was wrong, what to do, and Retry-After', async () => {
    const { status, headers, body } = await answerOf('/refused');
    expect(status).toBe(429);
    expect(headers.get('retry-after')).toBe('3');
    expect(body).toMatchObject({
      errCode: 's306240010',
      errMsg: 'Over 10 a second. Send the same request again after Retry-After seconds.',
    });
  });

  it('of a refusal that a route sends itself has no Retry-After where waiting does not help', async () => {
    const { status, headers, body } = await answerOf('/raw');
    expect({ status, retryAfter: headers.get('retry-after') }).toEqual({ status: 409, retryAfter: null });
    expect(body).toEqual({
      errCode: 's306240012',
      errMsg: 'A1 is mapped to B2. Read what is there; update it if it is wrong.',
      traceId: 'trace-1',
    });
  });

  it('for an unknown path names it', async () => {
    const { status, body } = await answerOf('/nope');
    expect(status).toBe(404);
    expect(body).toMatchObject({
      errCode: 's306240011',
      errMsg: expect.stringContaining('GET /nope') as string,
    });
  });

  it.each([
    ['a body over the limit', { body: `"${'x'.repeat(200)}"` }, 413, 's306240007'],
    ['a body that is not JSON', { body: '{' }, 400, 's306240006'],
    ['an encoding that nobody knows', { body: '{}', encoding: 'zip' }, 415, 's306240008'],
  ])(
    'for %s has the code of the table',
    async (_what, { body, encoding }: { body: string; encoding?: string }, status, errCode) => {
      const headers = {
        'Content-Type': 'application/json',
        ...(encoding === undefined ? {} : { 'Content-Encoding': encoding }),
      };
      expect(await answerOf('/echo', { method: 'POST', headers, body })).toMatchObject({
        status,
        body: { errCode },
      });
    },
  );

  it('for an error of ours says nothing of it, and its trace leads to the log', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const { status, body } = await answerOf('/broken', { headers: { traceparent } });
    expect(status).toBe(500);
    expect(body).toEqual({
      errCode: 's306240099',
      errMsg: 'Something went wrong here. Look for the traceId in the logs of the service.',
      traceId: 'a'.repeat(32),
    });
    expect(String(log.read())).toContain('a'.repeat(32));
  });

  it('that fails half way is cut off', async () => {
    await expect(fetch(`${url}/half`).then((answer) => answer.text())).rejects.toThrow();
  });

  it('carries safe headers', async () => {
    const { headers } = await answerOf('/nothing');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
  });
});

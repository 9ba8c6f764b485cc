import { once } from 'node:events';
import type http from 'node:http';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { createHttpServer } from './http-server.ts';
import type { HttpServerOptions, RequestHandler } from './http-server.ts';
import { createLogger } from './logger.ts';
import { CannotStart } from './part.ts';

const logger = createLogger({ service: 'test', level: 'error', stream: new PassThrough().resume() });
const never = new AbortController().signal;
const stops: (() => Promise<void>)[] = [];

async function serving(
  app: RequestHandler,
  options: Partial<HttpServerOptions> = {},
): Promise<{ server: ReturnType<typeof createHttpServer>; url: string }> {
  const server = createHttpServer({ host: '127.0.0.1', port: 0, logger, app, ...options });
  await server.start();
  stops.push(() => server.stop(AbortSignal.abort()));
  return { server, url: `http://127.0.0.1:${server.port()}` };
}

/** The whole answer to bytes on a socket that the server closes. */
async function rawAnswer(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString('utf8')));
  socket.write(request);
  await once(socket, 'close');
  return answer;
}

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

describe('the HTTP server', () => {
  it('says in one line that a port is in use, and which variable to set', async () => {
    const { server } = await serving((_req, res) => res.end());
    const second = createHttpServer({
      host: '127.0.0.1',
      port: server.port(),
      logger,
      app: () => undefined,
      portSetting: 'RECEIVER_PORT',
    });
    const start = second.start();
    await expect(start).rejects.toBeInstanceOf(CannotStart);
    await expect(start).rejects.toThrow(
      `Port ${server.port()} on 127.0.0.1 is in use: stop what uses it, or set RECEIVER_PORT to another one.`,
    );
    await second.stop(never);
  });

  it('refuses a request with so many headers that Node would drop some', async () => {
    let handled = false;
    const { url } = await serving((_req, res) => {
      handled = true;
      res.end();
    });
    const headers = Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [`x${i}`, '1']));
    const answer = await fetch(url, { method: 'POST', headers: { ...headers, token: 'x' }, body: '{}' });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ errCode: 's306240002' });
    expect(handled).toBe(false);
  });

  it('takes a request with 90 headers, and sees them all', async () => {
    const { url } = await serving((req, res) => res.end(String(req.headers['x89'])));
    const headers = Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`x${i}`, `v${i}`]));
    expect(await (await fetch(url, { headers })).text()).toBe('v89');
  });

  it.each([
    ['no HTTP at all', 'GARBAGE\r\n\r\n'],
    [
      'a length and a transfer coding',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a header over a line feed alone', 'GET / HTTP/1.1\r\nHost: a\r\nx: 1\n\n'],
    ['a space before the colon', 'GET / HTTP/1.1\r\nHost : a\r\n\r\n'],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n'],
    ['two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n'],
    ["a header over Node's size limit", `GET / HTTP/1.1\r\nHost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`],
  ])('answers %s with 400 and a code', async (_what, request) => {
    const { server } = await serving((_req, res) => res.end('handled'));
    const answer = await rawAnswer(server.port(), request);
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).toContain('"errCode":"s306240002"');
    expect(answer).not.toContain('handled');
  });

  it('answers 500 without a stack trace when a handler throws or rejects', async () => {
    const { url } = await serving((req) => {
      if (req.url === '/throws') throw new Error('password hunter22');
      return Promise.reject(new Error('password hunter22'));
    });
    for (const path of ['/throws', '/rejects']) {
      const answer = await fetch(url + path);
      const text = await answer.text();
      expect(answer.status).toBe(500);
      expect(JSON.parse(text)).toMatchObject({
        errCode: 's306240099',
        traceId: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      });
      expect(text).not.toContain('hunter22');
    }
  });
});

describe('a stopping HTTP server', () => {
  it('finishes what is in flight, refuses what is new, and answers probes', async () => {
    const held: http.ServerResponse[] = [];
    const { server, url } = await serving((req, res) => {
      if (req.url?.startsWith('/healthz') === true) res.end('alive');
      else held.push(res);
    });
    const first = fetch(`${url}/push`, { method: 'POST' });
    await eventuallyHolds(() => held.length === 1);

    let quiet = false;
    const stopIntake = server.stopIntake?.(never).then(() => (quiet = true));
    const second = await fetch(`${url}/push`, { method: 'POST' });
    expect(second.status).toBe(503);
    expect(second.headers.get('retry-after')).toBe('5');
    expect(second.headers.get('connection')).toBe('close');
    expect(await second.json()).toMatchObject({ errCode: 's306240009' });
    expect(await (await fetch(`${url}/healthz?x=1`)).text()).toBe('alive');
    expect(quiet).toBe(false);

    held[0]?.end('done');
    expect(await (await first).text()).toBe('done');
    await stopIntake;
    await server.stop(never);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('leaves what is in flight at the deadline', async () => {
    let handled = false;
    const { server, url } = await serving(() => (handled = true));
    const request = fetch(url);
    await eventuallyHolds(() => handled);
    const deadline = new AbortController();
    const stop = server.stop(deadline.signal);
    deadline.abort();
    await stop;
    await expect(request).rejects.toThrow();
  });

  it('stops although it never listened', async () => {
    const server = createHttpServer({ host: '127.0.0.1', port: 0, logger, app: () => undefined });
    await server.stopIntake?.(never);
    await server.stop(never);
  });
});

async function eventuallyHolds(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

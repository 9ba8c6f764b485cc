import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readServices } from './services-health.ts';

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function aService(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const saying = (status: number, body: string): RequestListener => {
  return (_request, response) => response.writeHead(status).end(body);
};

const instances = { alive: (service: string) => Promise.resolve(service === 'pusher' ? 2 : 0) };
const clock = { now: () => 1_000_000 };

describe('readServices', () => {
  it('tells who is ready, and why another is not', async () => {
    const ready = await aService(saying(200, '{"ready":true,"service":"a","reasons":[]}'));
    const waiting = await aService(
      saying(503, '{"ready":false,"reasons":[{"part":"store","reason":"the store does not answer"}]}'),
    );
    expect(
      await readServices(
        [
          { name: 'pusher', url: ready },
          { name: 'mapping', url: waiting },
        ],
        instances,
        clock,
      ),
    ).toEqual([
      { name: 'pusher', ready: true, reasons: [], instances: 2 },
      { name: 'mapping', ready: false, reasons: ['store: the store does not answer'], instances: null },
    ]);
  });

  it('takes one that is not there, says something else or leads elsewhere for not ready', async () => {
    const html = await aService(saying(200, '<html>'));
    const elsewhere = await aService((_request, response) =>
      response.writeHead(302, { location: html }).end(),
    );
    const found = await readServices(
      [html, elsewhere, 'http://127.0.0.1:1'].map((url) => ({ name: url, url })),
      instances,
      clock,
    );
    expect(found.map(({ ready }) => ready)).toEqual([false, false, false]);
  });
});

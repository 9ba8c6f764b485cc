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

describe('readServices', () => {
  it('tells who is ready, and why another is not', async () => {
    const ready = await aService(saying(200, '{"ready":true,"service":"a","reasons":[]}'));
    const waiting = await aService(
      saying(503, '{"ready":false,"reasons":[{"part":"store","reason":"the store does not answer"}]}'),
    );
    expect(
      await readServices([
        { name: 'a', url: ready },
        { name: 'b', url: waiting },
      ]),
    ).toEqual([
      { name: 'a', ready: true, reasons: [] },
      { name: 'b', ready: false, reasons: ['store: the store does not answer'] },
    ]);
  });

  it('takes one that is not there, says something else or leads elsewhere for not ready', async () => {
    const html = await aService(saying(200, '<html>'));
    const elsewhere = await aService((_request, response) =>
      response.writeHead(302, { location: html }).end(),
    );
    const found = await readServices(
      [html, elsewhere, 'http://127.0.0.1:1'].map((url) => ({ name: url, url })),
    );
    expect(found.map(({ ready }) => ready)).toEqual([false, false, false]);
  });
});

import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Proxy } from './proxy.ts';

/** `once` of node:events would take the reset for a failure. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
  });
}

describe('a proxy', () => {
  let echo: Server;
  let proxy: Proxy;
  let client: Socket;
  let received: string;

  beforeEach(async () => {
    echo = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.pipe(socket);
    }).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    proxy = await Proxy.listen(0, (echo.address() as AddressInfo).port);
    client = await open();
  });
  afterEach(async () => {
    client.destroy();
    await proxy.close();
    echo.close();
  });

  async function open(): Promise<Socket> {
    received = '';
    const socket = connect(proxy.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.setEncoding('utf8').on('data', (text: string) => (received += text));
    await once(socket, 'connect');
    return socket;
  }

  async function said(text: string): Promise<void> {
    while (received !== text) await once(client, 'data');
  }

  it('passes on what is sent, both ways', async () => {
    client.write('hello');
    await said('hello');
  });

  it('cuts connections and refuses new ones, until it is calm', async () => {
    client.write('hello');
    await said('hello');
    proxy.trouble('cut', { delayMs: 0, passes: 0 });
    await closed(client);
    const refused = connect(proxy.port, '127.0.0.1').on('error', () => undefined);
    await closed(refused);
    proxy.calm();
    client = await open();
    client.write('again');
    await said('again');
  });

  it('holds everything while it is stalled, and passes it on then', async () => {
    client.write('a');
    await said('a');
    proxy.trouble('stall', { delayMs: 0, passes: 0 });
    client.write('b');
    const other = once(client, 'data').then(() => 'data');
    expect(await Promise.race([other, new Promise((resolve) => setTimeout(resolve, 100, 'nothing'))])).toBe(
      'nothing',
    );
    proxy.calm();
    await other;
    expect(received).toBe('ab');
  });

  it('tears an answer in its middle', async () => {
    client.write('a');
    await said('a');
    proxy.trouble('tear', { delayMs: 0, passes: 3 });
    client.write('hello');
    await closed(client);
    expect('ahel'.startsWith(received)).toBe(true);
  });

  it('passes what it delays on in order', async () => {
    proxy.trouble('delay', { delayMs: 5, passes: 0 });
    for (const piece of ['1', '2', '3']) client.write(piece);
    await said('123');
  });
});

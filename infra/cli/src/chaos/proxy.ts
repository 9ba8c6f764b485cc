import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { LinkFault } from './plan.ts';

const host = '127.0.0.1';

interface Trouble {
  kind: LinkFault;
  delayMs: number;
  /** `tear`: bytes of an answer that still pass, for each connection */
  passes: number;
}

interface Pair {
  client: Socket;
  server: Socket;
  /** bytes that came back since the trouble began */
  answered: number;
  waiting: (() => void)[];
}

/**
 * A TCP proxy before one listener, whose way can be cut, stalled, slowed and torn. What it holds of a connection that
 * either end closes is dropped, as what a network has not delivered is.
 */
export class Proxy {
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #trouble: Trouble | null = null;
  #targetPort: number;

  private constructor(server: Server, targetPort: number) {
    this.#server = server;
    this.#targetPort = targetPort;
  }

  /** Listens on `port` (0 takes a free one) for connections to `targetPort`. */
  static async listen(port: number, targetPort: number): Promise<Proxy> {
    // A client that closes its half still gets its answer.
    const server = createServer({ allowHalfOpen: false });
    const proxy = new Proxy(server, targetPort);
    server.on('connection', (client) => proxy.#accept(client));
    server.listen(port, host);
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  trouble(kind: LinkFault, { delayMs, passes }: { delayMs: number; passes: number }): void {
    this.#trouble = { kind, delayMs, passes };
    for (const pair of this.#pairs) pair.answered = 0;
    if (kind === 'cut') this.#destroyAll();
  }

  /** Ends what is wrong with this way; what was held goes on. */
  calm(): void {
    this.#trouble = null;
    for (const { waiting } of this.#pairs) for (const go of waiting.splice(0)) go();
  }

  async close(): Promise<void> {
    this.#destroyAll();
    this.#server.close();
    await once(this.#server, 'close').catch(() => undefined);
  }

  #destroyAll(): void {
    for (const { client, server } of this.#pairs) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  #accept(client: Socket): void {
    if (this.#trouble?.kind === 'cut') {
      client.resetAndDestroy();
      return;
    }
    const server = connect({ host, port: this.#targetPort, noDelay: true });
    client.setNoDelay(true);
    const pair: Pair = { client, server, answered: 0, waiting: [] };
    this.#pairs.add(pair);
    this.#forward(pair, client, server);
    this.#forward(pair, server, client);
    const end = (): void => {
      this.#pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
  }

  /** One piece after the other: the next one is read once this one may go on. */
  #forward(pair: Pair, from: Socket, to: Socket): void {
    from.on('data', (piece: Buffer) => {
      if (this.#trouble === null && to.writable) {
        if (to.write(piece)) return;
        from.pause();
        to.once('drain', () => from.resume());
        return;
      }
      from.pause();
      void this.#passTrouble(pair, from, piece).then((rest) => {
        if (rest.length > 0 && to.writable) to.write(rest);
        from.resume();
      });
    });
  }

  async #passTrouble(pair: Pair, from: Socket, piece: Buffer): Promise<Buffer> {
    const trouble = this.#trouble;
    if (trouble?.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, trouble.delayMs));
    if (trouble?.kind === 'tear' && from === pair.server) return this.#tear(pair, piece, trouble.passes);
    while (this.#trouble?.kind === 'stall' && !from.destroyed)
      await new Promise<void>((resolve) => {
        pair.waiting.push(resolve);
        from.once('close', resolve);
      });
    return piece;
  }

  #tear(pair: Pair, piece: Buffer, passes: number): Buffer {
    const room = passes - pair.answered;
    pair.answered += piece.length;
    if (room > piece.length) return piece;
    setImmediate(() => {
      pair.client.resetAndDestroy();
      pair.server.resetAndDestroy();
    });
    return piece.subarray(0, Math.max(0, room));
  }
}

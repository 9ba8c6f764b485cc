import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/** A port of the loopback address that nothing listens on at this moment. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  if (port === undefined) throw new Error('no free port');
  return port;
}

/** Below the ports that systems give to outgoing connections, any of which may take one before it is listened on. */
const lowest = 15_000;
const highest = 32_000;
const mostTries = 1_000;

/** That many different free ports. All are held until the last is found, so that none comes twice. */
export async function freePorts(count: number): Promise<number[]> {
  const held = new Map<number, Server>();
  try {
    for (let tries = 0; held.size < count; tries += 1) {
      if (tries === mostTries) throw new Error('no free port');
      const port = randomInt(lowest, highest);
      const server = await listen(port);
      if (server !== null) held.set(port, server);
    }
    return [...held.keys()];
  } finally {
    await Promise.all([...held.values()].map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

function listen(port: number): Promise<Server | null> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => {
      resolve(null);
    });
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      resolve(server);
    });
  });
}

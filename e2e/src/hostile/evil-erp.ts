import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024, ' '));

/** An ERP that means harm, by the first part of its path, and a trap where nobody should ever come. */
export async function startEvilErp() {
  const trapped: string[] = [];
  const trap = createServer((req, res) => {
    trapped.push(`${String(req.method)} ${String(req.url)} ${JSON.stringify(req.headers)}`);
    res.end('{}');
  });
  const trapUrl = await listen(trap);
  const answers: Record<string, (res: ServerResponse) => void> = {
    redirect: (res) => res.writeHead(307, { location: `${trapUrl}/latest/meta-data/` }).end(),
    metadata: (res) => res.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end(),
    bomb: (res) =>
      res.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb),
    html: (res) => res.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>'),
    entities: (res) => res.writeHead(200, { 'content-type': 'application/xml' }).end(entitiesOf(trapUrl)),
    deep: (res) => res.writeHead(200, { 'content-type': 'application/json' }).end('['.repeat(1_000_000)),
  };
  const erp = createServer((req, res) => {
    req.resume();
    const answer = answers[req.url?.split('/')[1] ?? ''];
    if (answer === undefined) res.writeHead(404).end();
    else answer(res);
  });
  const url = await listen(erp);
  return {
    url,
    kinds: Object.keys(answers),
    trapUrl,
    trapped,
    stop() {
      for (const server of [erp, trap]) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

/** Asks for a file and for another host, and grows to gigabytes. */
export function entitiesOf(trapUrl: string): string {
  const grow = Array.from(
    { length: 9 },
    (_, n) => `<!ENTITY l${String(n + 1)} "${`&l${String(n)};`.repeat(10)}">`,
  );
  return `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "lol">${grow.join('')}
    <!ENTITY file SYSTEM "file:///etc/passwd"><!ENTITY trap SYSTEM "${trapUrl}/xxe">]><r><code>0</code><a>&l9;&file;&trap;</a></r>`;
}

async function listen(server: ReturnType<typeof createServer>): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

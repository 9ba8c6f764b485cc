import { request, type Agent, type IncomingHttpHeaders } from 'node:http';

/** Header names and values in the order they are sent; a name may come twice. */
export type Sent = readonly (readonly [string, string])[];

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  errCode: string;
  errMsg: string;
  traceId: string | undefined;
  /** of the connection that it came over */
  localPort: number | undefined;
}

export interface Post {
  port: number;
  path?: string;
  method?: string;
  headers: Sent;
  agent?: Agent;
  /** null: the head alone is sent, and the answer awaited without a body */
  body: Buffer | string | null;
}

/** Sends what `fetch` would not: repeated headers, bytes beyond ASCII, bodies without a length or without an end. */
export function post({
  port,
  path = '/erp/syncdata/open/objdata/asyncpush',
  ...post
}: Post): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const raw = post.headers.flatMap(([name, value]) => [
      name,
      Buffer.from(value, 'utf8').toString('latin1'),
    ]);
    const bytes = post.body === null ? null : Buffer.from(post.body);
    const named = new Set(post.headers.map(([name]) => name.toLowerCase()));
    if (bytes !== null && !named.has('transfer-encoding')) raw.push('Content-Length', String(bytes.length));
    const req = request({
      host: '127.0.0.1',
      port,
      path,
      method: post.method ?? 'POST',
      headers: ['Host', '127.0.0.1', ...raw],
      agent: post.agent ?? false,
    });
    req.on('error', reject);
    req.on('response', (res) => {
      const { localPort } = res.socket;
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('end', () => {
        const answer = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Answer;
        resolve({ ...answer, status: res.statusCode ?? 0, headers: res.headers, localPort });
        if (bytes === null) req.destroy();
      });
    });
    if (bytes === null) req.flushHeaders();
    else req.end(bytes);
  });
}

/** The headers of a standard push of tenant 81138, with some changed, or left out where the value is undefined. */
export function headersWith(over: Record<string, string | undefined> = {}): Sent {
  const headers: Record<string, string | undefined> = {
    token: 'push-token',
    tenantId: '81138',
    objectApiName: 'BD_Customer',
    version: 'v1',
    id: 'C1',
    'content-type': 'application/json',
    ...over,
  };
  return Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
}

/** A standard body of `BD_Customer`. */
export function standardBody(master: Record<string, unknown> = { FName: 'Acme' }): string {
  return JSON.stringify({ objAPIName: 'BD_Customer', masterFieldVal: master });
}

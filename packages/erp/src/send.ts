import type { ErpCall } from '@syncline/contract';
import type { ErpCallContext } from './call.ts';
import { decodeBeginning } from './charset.ts';
import type { Connection } from './connections.ts';
import { checkHeaders } from './header-check.ts';
import { hideToken } from './hide-token.ts';
import { CutExchange } from './pool-adapter.ts';
import type { Answer, Cut } from './reply.ts';

/** A POST if it has a body, else a GET. */
export interface Request {
  path: 'create' | 'update' | 'queryMasterBatch' | 'queryMasterById';
  query?: Record<string, string>;
  body?: string | undefined;
  headers?: Record<string, string>;
}

export function methodOf({ body }: Pick<Request, 'body'>): 'GET' | 'POST' {
  return body === undefined ? 'GET' : 'POST';
}

export interface Sent {
  exchange: { answer: Answer } | { cut: Cut };
  call: ErpCall;
}

const maxKeptAnswerBytes = 4 * 1024;

/**
 * Sends one request and waits for its whole answer, at most `timeoutMs`: axios's own time-out is renewed by every byte,
 * so that an answer that drips would never end.
 * @throws BadHeader
 */
export async function send(connection: Connection, call: ErpCallContext, request: Request): Promise<Sent> {
  const { dataCenter } = call;
  const headers = headersOf(call, request);
  checkHeaders(headers);
  const method = methodOf(request);
  const asked = `${connection.base}/${request.path}?${queryOf(request.query)}`;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), call.timeoutMs ?? dataCenter.timeoutMs);
  const startedAt = performance.now();
  const exchange = await exchangeOver(connection, {
    method,
    url: (asked + connection.query).replace(/\?&?$/, '').replace('?&', '?'),
    headers,
    data: request.body,
    signal: deadline.signal,
  });
  clearTimeout(timer);
  const durationMs = Math.round((performance.now() - startedAt) * 10) / 10;
  // The query of baseUrl stays out: some ERPs want a key there.
  const told: ErpCall = { method, url: asked.replace(/\?$/, ''), durationMs };
  if ('answer' in exchange) {
    told.status = exchange.answer.status;
    told.answer = keptAnswer(exchange.answer, dataCenter.token);
  }
  return { exchange, call: told };
}

type HttpRequest = Parameters<Connection['http']['request']>[0];

async function exchangeOver({ http }: Connection, request: HttpRequest): Promise<Sent['exchange']> {
  try {
    const { status, data, headers } = await http.request<Buffer>(request);
    const header = (name: string): string | undefined => headers[name] as string | undefined;
    const answer: Answer = { status, body: data, contentType: header('content-type') };
    answer.retryAfter = header('retry-after');
    answer.location = header('location');
    answer.date = header('date');
    return { answer };
  } catch (error) {
    if (error instanceof CutExchange) return { cut: error };
    // Not from our adapter: axios itself gave up, perhaps after the answer. "Sent" is the side that asks first.
    return {
      cut: { code: 'client-error', message: error instanceof Error ? error.message : 'unknown', sent: true },
    };
  }
}

function headersOf(call: ErpCallContext, request: Request): Record<string, string> {
  const headers: Record<string, string> = { ...request.headers, token: call.dataCenter.token };
  headers['accept-encoding'] = 'gzip, deflate, br';
  if (call.idempotencyKey !== undefined) headers['Idempotency-Key'] = call.idempotencyKey;
  if (call.traceparent !== undefined) headers['traceparent'] = call.traceparent;
  return headers;
}

/** Ids go percent-encoded: `a/b&c=1` is one id, whatever it looks like. */
function queryOf(query: Record<string, string> = {}): string {
  return Object.entries(query)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
}

/** The beginning of the answer, for the history. */
function keptAnswer({ body, contentType }: Answer, token: string): string {
  return hideToken(decodeBeginning(body, maxKeptAnswerBytes, contentType), token);
}

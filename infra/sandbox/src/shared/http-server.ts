import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isJsonObject, parseJson, stringifyJson, type JsonObject } from '@syncline/contract';
import { messageOf } from './log.ts';

const maxBodyBytes = 64 * 1024 * 1024;

/** A request, its body read to the end. */
export interface HttpCall {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** the parts of the path that the route names with a colon */
  params: Map<string, string>;
}

export interface HttpReply {
  status: number;
  json: unknown;
}

export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/control/records/:objectApiName` */
  path: string;
  run(call: HttpCall): HttpReply | Promise<HttpReply>;
}

/** Takes a request that it knows and answers it itself; false leaves it to the routes. */
export type RawHandler = (call: HttpCall, response: ServerResponse) => boolean;

/** A request that the control API refuses; the message goes to the caller as `{error}`. */
export class BadRequest extends Error {
  readonly status: number;

  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}

export interface HttpServer {
  port: number;
  serve(handlers: { raw?: RawHandler; routes: Route[] }): void;
  stop(): Promise<void>;
}

/**
 * Binds the port at once, so that two processes never share a journal, and answers as soon as `serve` is called.
 * @throws the listen error, EADDRINUSE among them
 */
export async function bindHttpServer({ host, port }: { host: string; port: number }): Promise<HttpServer> {
  let handler: ((request: IncomingMessage, response: ServerResponse) => void) | null = null;
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    if (handler === null) response.writeHead(503).end();
    else handler(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    serve: ({ raw, routes }) => {
      const table = routes.map((route) => ({ route, parts: route.path.split('/') }));
      handler = (request, response) => void answer({ request, response, raw, table });
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeIdleConnections();
        setTimeout(() => {
          server.closeAllConnections();
        }, 2000).unref();
      }),
  };
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  raw: RawHandler | undefined;
  table: { route: Route; parts: string[] }[];
}

async function answer({ request, response, raw, table }: Exchange): Promise<void> {
  try {
    const url = new URL(request.url ?? '/', 'http://sandbox');
    const call: HttpCall = {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: await readBody(request),
      params: new Map(),
    };
    if (raw?.(call, response) === true) return;
    const { status, json } = await dispatch(call, table);
    sendJson(response, status, json);
  } catch (error) {
    if (response.destroyed || response.headersSent) response.destroy();
    else sendJson(response, error instanceof BadRequest ? error.status : 500, { error: messageOf(error) });
  }
}

async function dispatch(call: HttpCall, table: Exchange['table']): Promise<HttpReply> {
  const asked = call.path.split('/');
  for (const { route, parts } of table) {
    if (route.method !== call.method || parts.length !== asked.length) continue;
    const params = matchParts(parts, asked);
    if (params !== null) return route.run({ ...call, params });
  }
  throw new BadRequest(`there is no ${call.method} ${call.path}`, 404);
}

function matchParts(parts: string[], asked: string[]): Map<string, string> | null {
  const params = new Map<string, string>();
  for (const [i, part] of parts.entries()) {
    const value = asked[i] ?? '';
    if (part.startsWith(':')) params.set(part.slice(1), decodeURIComponent(value));
    else if (part !== value) return null;
  }
  return params;
}

/** By events and not by iteration, which costs a tenth of a small request. */
function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBodyBytes) chunks.push(chunk);
      else reject(new BadRequest(`the body is over ${String(maxBodyBytes)} bytes`, 413));
    });
    request.on('end', () => {
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    });
    request.on('error', reject);
  });
}

function sendJson(response: ServerResponse, status: number, json: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(stringifyJson(json));
}

export function param(call: HttpCall, name: string): string {
  return call.params.get(name) ?? '';
}

/** The body as a JSON object; an empty body is an empty object. */
export function jsonBody(call: HttpCall): JsonObject {
  if (call.body.length === 0) return {};
  try {
    const json = parseJson(call.body.toString('utf8'));
    if (isJsonObject(json)) return json;
  } catch {
    // falls through to the refusal
  }
  throw new BadRequest('the body must be a JSON object');
}

/** A number of the query, or its default. */
export function numberQuery(call: HttpCall, name: string, fallback: number): number {
  const text = call.query.get(name);
  const value = text === null || text === '' ? fallback : Number(text);
  if (!Number.isFinite(value) || value < 0) throw new BadRequest(`${name} must be a number, not negative`);
  return value;
}

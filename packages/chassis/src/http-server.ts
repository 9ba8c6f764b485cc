import http from 'node:http';
import type { Duplex } from 'node:stream';
import { RefusedRequest } from '@syncline/contract';
import { whenAborted } from './clock.ts';
import type { Logger } from './logger.ts';
import { CannotStart } from './part.ts';
import type { Part } from './part.ts';
import { probePaths } from './probes.ts';
import { refusalBody, sendRefusal } from './replies.ts';
import { newTraceId } from './trace.ts';

// Node's defaults let a slow client hold a socket for five minutes, and look for such clients every 30 s.
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
const connectionsCheckingIntervalMs = 2_000;
const keepAliveTimeoutMs = 20_000;
const maxHeaders = 100;

/** An Express app, or a plain handler, whose rejections are answered like those of a route. */
export type RequestHandler = (req: http.IncomingMessage, res: http.ServerResponse) => unknown;

export interface HttpServerOptions {
  host: string;
  /** 0 takes any free port; `port()` tells which */
  port: number;
  logger: Logger;
  app: RequestHandler;
  /** the variable that sets the port, for the message when it is taken */
  portSetting?: string;
  name?: string;
  maxConnections?: number;
}

/** The process's HTTP server, with limits that slow and hostile clients run into. */
export function createHttpServer(options: HttpServerOptions): Part & { port(): number } {
  const { logger, app, name = 'http' } = options;
  const inFlight = new Map<http.ServerResponse, Duplex>();
  let draining = false;
  let emptied: (() => void) | null = null;

  const server = http.createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: connectionsCheckingIntervalMs,
      keepAliveTimeout: keepAliveTimeoutMs,
      insecureHTTPParser: false,
      // Node's own answer to it would have no body.
      requireHostHeader: false,
    },
    (req, res) => {
      inFlight.set(res, req.socket);
      res.once('close', () => {
        inFlight.delete(res);
        if (inFlight.size === 0) emptied?.();
      });
      if (draining) res.shouldKeepAlive = false;
      const refusal = refuseUnread(req, draining);
      if (refusal === null) void carryOut(app, req, res, logger);
      else sendRefusal(res, refusal, newTraceId());
    },
  );
  server.maxHeadersCount = maxHeaders;
  server.maxConnections = options.maxConnections ?? 4096;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const begun = [...inFlight].some(([res, itsSocket]) => itsSocket === socket && res.headersSent);
    answerClientError(error, socket, begun);
  });

  const drained = (): Promise<void> =>
    inFlight.size === 0 ? Promise.resolve() : new Promise((resolve) => (emptied = resolve));

  return {
    name,
    start: () => listen(server, options),
    async stopIntake(deadline) {
      draining = true;
      for (const res of inFlight.keys()) res.shouldKeepAlive = false;
      server.closeIdleConnections();
      await Promise.race([drained(), whenAborted(deadline)]);
    },
    async stop(deadline) {
      draining = true;
      if (!server.listening) return;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.race([closed, whenAborted(deadline)]);
      server.closeAllConnections();
    },
    port() {
      const address = server.address();
      return typeof address === 'object' && address !== null ? address.port : options.port;
    },
  };
}

function listen(server: http.Server, options: HttpServerOptions): Promise<void> {
  const { host, port, portSetting, logger } = options;
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const remedy = portSetting === undefined ? 'choose another one' : `set ${portSetting} to another one`;
      const problem = listenProblems[error.code ?? ''];
      if (problem === undefined) reject(error);
      else reject(new CannotStart(`Port ${port} on ${host} ${problem}: stop what uses it, or ${remedy}.`));
    });
    server.listen(port, host, () => {
      server.removeAllListeners('error');
      // No more file handles, for one: the connection is lost, the server is not.
      server.on('error', (error) => logger.error('the server could not accept a connection', { error }));
      resolve();
    });
  });
}

const listenProblems: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use',
  EACCES: 'may not be used by this user',
};

/** What is refused before any handler sees it. */
function refuseUnread(req: http.IncomingMessage, draining: boolean): RefusedRequest | null {
  // Node drops the headers beyond its limit in silence, `token` and `Content-Length` among them (measured).
  if (req.rawHeaders.length >= 2 * maxHeaders) {
    return new RefusedRequest('badHeader', `The request has ${maxHeaders} headers or more`);
  }
  const hosts = req.rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length;
  // Of two, this server and a proxy before it may each believe another one.
  if (hosts > 1 || (hosts === 0 && req.httpVersion === '1.1'))
    return new RefusedRequest(
      'badHeader',
      `The header Host is ${hosts === 0 ? 'missing' : 'there more than once'}`,
    );
  if (!draining || probePaths.includes(req.url?.split('?')[0] ?? '')) return null;
  return new RefusedRequest('cacheUnavailable', 'This process is stopping');
}

async function carryOut(
  app: RequestHandler,
  req: http.IncomingMessage,
  res: http.ServerResponse,
  logger: Logger,
): Promise<void> {
  try {
    await app(req, res);
  } catch (error) {
    const traceId = newTraceId();
    logger.error('a request handler failed', { error, traceId });
    if (res.headersSent) res.destroy();
    else sendRefusal(res, new RefusedRequest('internal', 'Something went wrong here'), traceId);
  }
}

/** Answers what is no HTTP request, or came too slowly, in the contract's form too. */
function answerClientError(error: NodeJS.ErrnoException, socket: Duplex, begun: boolean): void {
  if (error.code === 'ECONNRESET' || !socket.writable || begun) {
    socket.destroy();
    return;
  }
  const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const refusal = new RefusedRequest(
    'badHeader',
    late ? 'The request came too slowly' : 'This is no valid HTTP request',
  );
  const body = refusalBody(refusal, newTraceId());
  socket.end(
    `HTTP/1.1 ${late ? '408 Request Timeout' : '400 Bad Request'}\r\n` +
      'Content-Type: application/json; charset=utf-8\r\n' +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

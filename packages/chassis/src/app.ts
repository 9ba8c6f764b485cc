import { STATUS_CODES } from 'node:http';
import { RefusedRequest } from '@syncline/contract';
import express from 'express';
import helmet from 'helmet';
import type { Logger } from './logger.ts';
import { sendRefusal } from './replies.ts';
import { newTraceId, traceIdOf } from './trace.ts';

export interface AppOptions {
  logger: Logger;
  service: string;
  probes: express.Router;
}

/**
 * An Express app with what every service wants around its routes: safe headers, the probes, and answers in the
 * contract's form for what no route takes and for what a route throws. `res.locals.traceId` names the request.
 */
export function createApp({ logger, service, probes }: AppOptions): express.Express {
  const app = express();
  app.set('query parser', 'simple');
  app.use((req, res, next) => {
    res.locals['traceId'] = traceIdOf(req.get('traceparent')) ?? newTraceId();
    next();
  });
  app.use(probes);
  app.use(helmet());
  return withEnd(app, (error, req, res) => {
    const traceId = String(res.locals['traceId']);
    const refusal = refusalOf(error, req);
    if (refusal.errorName === 'internal')
      logger.error(`${service} could not answer`, { error, traceId, url: req.path });
    if (res.headersSent) res.destroy();
    else sendRefusal(res, refusal, traceId);
  });
}

type End = (error: unknown, req: express.Request, res: express.Response) => void;

/** Sets what happens after the last route. Not as a middleware, since routes added later would come behind it. */
function withEnd(app: express.Express, end: End): express.Express {
  type Handle = (req: express.Request, res: express.Response, next?: (error?: unknown) => void) => void;
  const handled = app as express.Express & { handle: Handle };
  const handle = handled.handle.bind(app);
  handled.handle = (req, res, next) => {
    handle(req, res, next ?? ((error) => end(error, req, res)));
  };
  return app;
}

function refusalOf(error: unknown, req: express.Request): RefusedRequest {
  if (error === undefined)
    return new RefusedRequest('notFound', `There is no ${req.method} ${req.path} here`);
  if (error instanceof RefusedRequest) return error;
  const status = statusOf(error);
  const message = `${STATUS_CODES[status] ?? 'Bad request'}: ${error instanceof Error ? error.message : ''}`;
  if (status === 413) return new RefusedRequest('bodyTooLarge', message);
  if (status === 415) return new RefusedRequest('badContentType', message);
  if (status >= 400 && status < 500) return new RefusedRequest('badBody', message);
  return new RefusedRequest('internal', 'Something went wrong here');
}

/** The status that Express and its body parsers give an error that is the caller's. */
function statusOf(error: unknown): number {
  const { status, expose } = error as { status?: unknown; expose?: unknown };
  return error instanceof Error && typeof status === 'number' && expose !== false ? status : 500;
}

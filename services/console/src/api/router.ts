import { RefusedRequest } from '@syncline/contract';
import { BadCursor, StoreUnavailable } from '@syncline/store';
import express from 'express';
import { openApiOf } from './open-api.ts';
import { badQuery } from './query.ts';
import type { ApiRoute, ApiSources } from './route.ts';

const maxBody = '512kb';

/** The admin API below `/api`, from its route table. */
export function createApi(
  routes: readonly ApiRoute[],
  sources: ApiSources,
  live: express.RequestHandler,
): express.Router {
  const router = express.Router({ caseSensitive: true });
  const description = openApiOf(routes);
  router.use((_req, res, next) => {
    res.setHeader('Cache-Control', 'no-store');
    next();
  });
  router.get('/openapi.json', (_req, res) => {
    res.json(description);
  });
  router.use((_req, _res, next) => {
    // Without it every tenant would seem to be unknown.
    if (sources.catalog.ready().ready) next();
    else next(new RefusedRequest('cacheUnavailable', 'The configuration has not been read yet'));
  });
  router.get('/live', live);
  for (const one of routes) {
    const before = one.method === 'post' ? [onlyOwnPage, express.json({ limit: maxBody, strict: true })] : [];
    router[one.method](one.path, ...before, async (req: express.Request, res: express.Response) => {
      const params = req.params as Record<string, string>;
      const query = req.query as Record<string, unknown>;
      const body = req.body as unknown;
      res.json(await one.handle({ params, query, body }, sources).catch(refuse));
    });
  }
  return router;
}

/**
 * A page of another site can make a browser post here, but neither as JSON nor without saying where it comes from.
 * Whoever is no browser says neither and is let through: the console asks nobody who they are.
 */
const onlyOwnPage: express.RequestHandler = (req, _res, next) => {
  const site = req.get('sec-fetch-site') ?? 'same-origin';
  const isFromHere = site === 'same-origin' && isOwnOrigin(req.get('origin'), req.get('host'));
  if (isFromHere && req.is('application/json') !== false) next();
  else
    next(
      new RefusedRequest(
        'badHeader',
        'Only the console itself may ask for this, with content-type: application/json',
      ),
    );
};

/** Browsers name the page that posts, over plain HTTP too, where they say nothing of its site. */
function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
}

/** Errors of the store in the words of the API. */
function refuse(error: unknown): never {
  if (error instanceof BadCursor) throw badQuery('after', 'is not one that this list gave');
  if (error instanceof StoreUnavailable)
    throw new RefusedRequest('cacheUnavailable', 'The store does not answer');
  throw error;
}

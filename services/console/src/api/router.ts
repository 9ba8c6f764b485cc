import { isAtLeast, RefusedRequest } from '@syncline/contract';
import { BadCursor, StoreUnavailable } from '@syncline/store';
import express from 'express';
import { addressOf } from '../auth/address.ts';
import type { AuditEntry, AuditLog } from '../auth/audit-log.ts';
import type { Auth } from '../auth/auth.ts';
import { callerOf, mayTenant, type Caller } from '../auth/caller.ts';
import { ownCatalog } from '../auth/own-catalog.ts';
import { openApiOf, openApiPath } from './open-api.ts';
import { createReadJson, requireCsrfToken, requireOwnPage, type ReadJson } from './own-page.ts';
import { badQuery } from './query.ts';
import { notFound, type ApiRoute, type ApiSources } from './route.ts';
import { createSessionRoutes } from './session-routes.ts';

const maxBodyBytes = 512 * 1024;

interface Deps {
  sources: ApiSources;
  auth: Auth;
  live: express.RequestHandler;
}

/** The admin API below `/api`, from its route table. Who asks is known before any route of it is reached. */
export function createApi(routes: readonly ApiRoute[], { sources, auth, live }: Deps): express.Router {
  const router = express.Router({ caseSensitive: true });
  const description = openApiOf(routes);
  router.use((_req, res, next) => {
    res.setHeader('Cache-Control', 'no-store');
    next();
  });
  router.get('/openapi.json', (_req, res) => {
    res.json(description);
  });
  router.use('/session', createSessionRoutes(auth));
  router.use(async (req, res, next) => {
    res.locals['caller'] = await auth.authenticate.caller(req).catch(async (error: unknown) => {
      if (!['GET', 'HEAD'].includes(req.method)) await auth.audit.note(entryOfNobody(req), error);
      throw error;
    });
    next();
  });
  router.use((_req, _res, next) => {
    // Without it every tenant would seem to be unknown.
    if (sources.catalog.ready().ready) next();
    else next(new RefusedRequest('cacheUnavailable', 'The configuration has not been read yet'));
  });
  router.get('/live', live);
  const readJson = createReadJson(maxBodyBytes);
  for (const one of routes) {
    router[one.method](one.path, async (req: express.Request, res: express.Response) => {
      const asked = { req, res, caller: callerOf(res) };
      res.json(
        one.method === 'get'
          ? await lookUp(one, asked, sources)
          : await carryOut(one, asked, { sources, audit: auth.audit, readJson }),
      );
    });
  }
  router.use(((error, _req, _res, next) => {
    next(refusalOf(error));
  }) satisfies express.ErrorRequestHandler);
  return router;
}

interface Asked {
  req: express.Request;
  res: express.Response;
  caller: Caller;
}

/** The one place that asks for the role of a route, and for the tenant that its path names. */
function requireRights({ role, isOfAllTenants }: ApiRoute, { req, caller }: Asked): void {
  if (!isAtLeast(caller.role, role))
    throw new RefusedRequest('forbidden', `This is for the role ${role}; ${caller.name} is ${caller.role}`);
  if (isOfAllTenants && caller.tenants !== null)
    throw new RefusedRequest('forbidden', `This is of all tenants; ${caller.name} is limited to some`);
  const { tenantId } = req.params as Record<string, string>;
  if (tenantId !== undefined && !mayTenant(caller, tenantId))
    throw notFound(`tenant ${JSON.stringify(tenantId)}`);
}

async function lookUp(one: ApiRoute, asked: Asked, sources: ApiSources): Promise<unknown> {
  requireRights(one, asked);
  return handle(one, asked, { sources, body: undefined });
}

async function carryOut(
  one: ApiRoute,
  asked: Asked,
  deps: { sources: ApiSources; audit: AuditLog; readJson: ReadJson },
): Promise<unknown> {
  const { req, res, caller } = asked;
  const { sources, audit, readJson } = deps;
  const entry = entryOf(one, asked);
  const body = await (async () => {
    requireOwnPage(req);
    requireCsrfToken(req, caller);
    requireRights(one, asked);
    return readJson(req, res);
  })().catch(async (error: unknown) => {
    await audit.note(entry, error);
    throw error;
  });
  const details = detailsOf(one, body);
  return audit.carryOut({ ...entry, details }, () => handle(one, asked, { sources, body }));
}

async function handle(
  one: ApiRoute,
  { req, caller }: Asked,
  { sources, body }: { sources: ApiSources; body: unknown },
): Promise<unknown> {
  const params = req.params as Record<string, string>;
  const query = req.query as Record<string, unknown>;
  const own = { ...sources, catalog: ownCatalog(sources.catalog, caller) };
  return one.handle({ params, query, body, caller }, own).catch((error: unknown) => {
    throw refusalOf(error);
  });
}

function entryOf({ method, path }: ApiRoute, { req, caller }: Asked): AuditEntry {
  return {
    who: caller.name,
    role: caller.role,
    address: addressOf(req),
    action: `${method.toUpperCase()} ${openApiPath(path)}`,
    tenantId: (req.params as Record<string, string>)['tenantId'] ?? null,
    target: req.path,
    details: '',
  };
}

function entryOfNobody(req: express.Request): AuditEntry {
  const { method, path: target } = req;
  const nobody = { who: null, role: null, tenantId: null, details: '' };
  return { ...nobody, address: addressOf(req), action: method, target };
}

/** Of a body only what its route names, so that no secret comes into the audit log. */
function detailsOf({ audited = [] }: ApiRoute, body: unknown): string {
  const fields = new Map(Object.entries((body ?? {}) as Record<string, unknown>));
  const named = audited.filter((name) => fields.has(name)).map((name) => [name, fields.get(name)] as const);
  return named.length === 0 ? '' : JSON.stringify(Object.fromEntries(named));
}

/** Errors of the store in the words of the API. */
function refusalOf(error: unknown): unknown {
  if (error instanceof BadCursor) return badQuery('after', 'is not one that this list gave');
  if (error instanceof StoreUnavailable)
    return new RefusedRequest('cacheUnavailable', 'The store does not answer');
  return error;
}

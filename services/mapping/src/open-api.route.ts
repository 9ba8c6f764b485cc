import type { CatalogView } from '@syncline/catalog';
import { isInternalToken, refuseLongBody, sendSuccess } from '@syncline/chassis';
import { RefusedRequest } from '@syncline/contract';
import express from 'express';
import type { CallOpenApi } from './open-api/calls.ts';
import type { TokenCheck } from './token-check.ts';

const maxBodyBytes = 2 * 1024 * 1024;

export interface OpenApiDeps {
  callOpenApi: CallOpenApi;
  catalog: { view(): CatalogView };
  tokenCheck: TokenCheck;
  internalSecret: string | undefined;
}

/** `POST /erp/syncdata/open/callAPI/{apiName}` (contract 5). */
export function createOpenApi(deps: OpenApiDeps): express.Router {
  const router = express.Router();
  const readBody = express.text({ type: () => true, limit: maxBodyBytes, defaultCharset: 'utf-8' });
  router.post(
    '/erp/syncdata/open/callAPI/:apiName',
    (req, _res, next) => {
      authenticate(req, deps);
      next();
    },
    refuseLongBody(maxBodyBytes),
    readBody,
    async (req: express.Request<{ apiName: string }>, res) => {
      const body = typeof req.body === 'string' ? req.body : '';
      const call = { tenantId: req.get('tenantId') ?? '', name: req.params.apiName, body };
      sendSuccess(res, await deps.callOpenApi(call));
    },
  );
  return router;
}

/** One answer whether the token is missing, unknown or another tenant's. Another service comes with an internal token. */
function authenticate(req: express.Request, { catalog, tokenCheck, internalSecret }: OpenApiDeps): void {
  const tenantId = req.get('tenantId') ?? '';
  const isKnown = catalog.view().tenant(tenantId) !== undefined;
  if (isKnown && isInternalToken(internalSecret, tenantId, req.get('token') ?? '')) return;
  if (tokenCheck.isTenants(req)) return;
  throw new RefusedRequest('unauthorized', 'the token is not one of this tenant');
}

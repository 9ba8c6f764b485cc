import { isPushToken, type CatalogView } from '@syncline/catalog';
import { sendSuccess, type Clock } from '@syncline/chassis';
import { jsonDepth, RefusedRequest } from '@syncline/contract';
import type { Store } from '@syncline/store';
import express from 'express';
import type { Batcher } from './batcher.ts';
import type { OpenApiCall } from './open-api/call.ts';
import { createFieldMapping } from './open-api/create-field-mapping.ts';
import { getMappings } from './open-api/get-mappings.ts';
import { linkMapping } from './open-api/link-mapping.ts';
import { Parameters } from './open-api/parameters.ts';

/** The four calls of spec 5 and 6. */
const calls: ReadonlyMap<string, OpenApiCall> = new Map([
  ['erp.syncData.createSyncDataMapping', linkMapping('create')],
  ['erp.syncData.updateSyncDataMapping', linkMapping('update')],
  ['erp.syncData.getSyncDataMappingBySourceDataId', getMappings],
  ['erp.syncData.createErpfieldmapping', createFieldMapping],
]);

const maxBodyBytes = 2 * 1024 * 1024;
const maxDepth = 64;

/** `POST /erp/syncdata/open/callAPI/{apiName}` (contract 5). */
export function createOpenApi(deps: {
  store: Store;
  catalog: { view(): CatalogView };
  batcher: Pick<Batcher, 'submit'>;
  clock: Clock;
}): express.Router {
  const router = express.Router();
  const readBody = express.text({ type: () => true, limit: maxBodyBytes, defaultCharset: 'utf-8' });
  router.post(
    '/erp/syncdata/open/callAPI/:apiName',
    (req, _res, next) => {
      authenticate(req, deps.catalog.view());
      next();
    },
    readBody,
    async (req: express.Request<{ apiName: string }>, res) => {
      const call = calls.get(req.params.apiName);
      if (call === undefined) {
        throw new RefusedRequest(
          'notFound',
          `there is no API ${req.params.apiName}; there are ${[...calls.keys()].join(', ')}`,
        );
      }
      const body = typeof req.body === 'string' ? req.body : '';
      if (jsonDepth(body, maxDepth) > maxDepth)
        throw new RefusedRequest('badBody', '$: nested deeper than 64 levels');
      const data = await call({
        tenantId: req.get('tenantId') ?? '',
        parameters: Parameters.parse(body),
        view: deps.catalog.view(),
        store: deps.store,
        batcher: deps.batcher,
        now: deps.clock.now(),
      });
      sendSuccess(res, data);
    },
  );
  return router;
}

/** One answer whether the token is missing, unknown or another tenant's. */
function authenticate(req: express.Request, view: CatalogView): void {
  const tenantId = req.get('tenantId');
  if (!isPushToken(tenantId === undefined ? undefined : view.tenant(tenantId), req.get('token') ?? '')) {
    throw new RefusedRequest('unauthorized', 'the token is not one of this tenant');
  }
}

import type { CatalogView } from '@syncline/catalog';
import { isInternalToken, refuseLongBody, sendSuccess } from '@syncline/chassis';
import { isJsonObject, parseJson, RefusedRequest, type Json } from '@syncline/contract';
import { SandboxUnavailable, type CallApi, type Hooks } from '@syncline/functions';
import express from 'express';

const maxSourceBytes = 256 * 1024;
const mostAtOnce = 4;

/**
 * `POST /functions/run`: runs a one-off script for a tenant (spec 5 and 6), for `./syncline run-function`. It takes no
 * push token: those are for ERPs. Answers `{ok, log, value, message}`.
 */
export function createRunFunction(deps: {
  hooks: Pick<Hooks, 'runScript'>;
  callApi(at: { tenantId: string; dataCenterId: string | undefined }): CallApi;
  catalog: { view(): CatalogView };
  internalSecret: string | undefined;
}): express.Router {
  const router = express.Router();
  let running = 0;
  router.post(
    '/functions/run',
    (req, _res, next) => {
      const tenantId = req.get('tenantId') ?? '';
      if (!isInternalToken(deps.internalSecret, tenantId, req.get('token') ?? ''))
        throw new RefusedRequest('unauthorized', 'scripts are run with ./syncline run-function');
      next();
    },
    refuseLongBody(maxSourceBytes * 2),
    express.text({ type: () => true, limit: maxSourceBytes * 2, defaultCharset: 'utf-8' }),
    async (req, res) => {
      const tenantId = req.get('tenantId') ?? '';
      const script = readRequest(typeof req.body === 'string' ? req.body : '');
      checkPlace(deps.catalog.view(), tenantId, script.dataCenterId);
      if (running >= mostAtOnce)
        throw new RefusedRequest('rateLimited', `${String(running)} scripts run already`, 10);
      running += 1;
      try {
        sendSuccess(res, await deps.hooks.runScript(script, deps.callApi({ ...script, tenantId })));
      } catch (error) {
        if (!(error instanceof SandboxUnavailable)) throw error;
        throw new RefusedRequest('internal', 'no sandbox process can be started');
      } finally {
        running -= 1;
      }
    },
  );
  return router;
}

function readRequest(body: string): { file: string; source: string; dataCenterId: string | undefined } {
  let json: Json;
  try {
    json = parseJson(body);
  } catch {
    throw new RefusedRequest('badBody', '$: the body is not JSON');
  }
  const { file, source, dataCenterId } = isJsonObject(json) ? json : {};
  if (typeof source !== 'string' || source === '')
    throw new RefusedRequest('badBody', '$.source: expected the text of a script');
  if (Buffer.byteLength(source) > maxSourceBytes)
    throw new RefusedRequest('badBody', `$.source: over ${String(maxSourceBytes)} bytes`);
  return {
    source,
    file: typeof file === 'string' && file !== '' ? file.slice(0, 200) : 'script.js',
    dataCenterId: typeof dataCenterId === 'string' ? dataCenterId : undefined,
  };
}

function checkPlace(view: CatalogView, tenantId: string, dataCenterId: string | undefined): void {
  if (view.tenant(tenantId) === undefined)
    throw new RefusedRequest('notFound', `there is no tenant ${tenantId}`);
  if (dataCenterId !== undefined && view.dataCenter(tenantId, dataCenterId) === undefined)
    throw new RefusedRequest('badDataCenter', `tenant ${tenantId} has no data center ${dataCenterId}`);
}

import { traceparentOf } from '@syncline/chassis';
import { RefusedRequest } from '@syncline/contract';
import type { FollowedCatalog } from '@syncline/store';
import express from 'express';
import { explained } from './explained.ts';
import { isDeferred } from './gate.ts';
import { PollFailed } from './poll-failure.ts';
import type { RecordPublisher } from './publish-records.ts';
import { readRecord, type ReadRecordDeps } from './read-record.ts';
import { dataCenterName, erpTarget, type ObjectAddress } from './tasks.ts';

export interface FetchDeps extends ReadRecordDeps {
  catalog: Pick<FollowedCatalog, 'view' | 'refresh'>;
  publisher: RecordPublisher;
}

type Wanted = ObjectAddress & { dataId: string };

/**
 * `POST /poll-tasks/{tenantId}/{dataCenterId}/{objectApiName}/records/{dataId}/fetch`: reads one record from the ERP now
 * and puts it on the topic, for operators. The object need not be polled. No token: see `createRunRoute`.
 */
export function createFetchRoute(deps: FetchDeps): express.Router {
  const router = express.Router();
  router.post(
    '/poll-tasks/:tenantId/:dataCenterId/:objectApiName/records/:dataId/fetch',
    async (req: express.Request<Record<keyof Wanted, string>>, res) => {
      const traceId = String(res.locals['traceId']);
      res.json({ found: await explained(() => fetchRecord(req.params, traceId, deps)) });
    },
  );
  return router;
}

async function fetchRecord(wanted: Wanted, traceId: string, deps: FetchDeps): Promise<boolean> {
  const { tenantId, dataCenterId, objectApiName, dataId } = wanted;
  const address = { tenantId, dataCenterId, objectApiName };
  await deps.catalog.refresh();
  const target = erpTarget(deps.catalog.view(), address);
  if (target === null)
    throw new RefusedRequest(
      'notFound',
      `there is no ERP object ${objectApiName} in ${dataCenterName(address)}`,
    );
  const traceparent = traceparentOf(traceId);
  const read = await readRecord(wanted, target, traceparent, deps);
  if (isDeferred(read)) {
    const seconds = Math.ceil(read.deferredMs / 1000);
    throw new PollFailed(
      read.by,
      `data center ${target.dataCenter.id} takes no request now; try again in ${seconds} s`,
    );
  }
  const { order, record } = read;
  if (record === null) return false;
  const origin = { ...address, via: 'fetch', name: `fetch/${traceId}`, order, traceparent } as const;
  await deps.publisher.publish([{ dataId, record }], origin);
  return true;
}

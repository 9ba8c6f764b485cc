import { traceparentOf } from '@syncline/chassis';
import { RefusedRequest, textOf } from '@syncline/contract';
import type { ErpClient } from '@syncline/erp';
import type { FollowedCatalog, Store } from '@syncline/store';
import express from 'express';
import { explained } from './explained.ts';
import { isDeferred, type Gates } from './gate.ts';
import { PollFailed } from './poll-failure.ts';
import type { RecordPublisher } from './publish-records.ts';
import { dataCenterName, erpTarget, type ErpTarget, type ObjectAddress } from './tasks.ts';

export interface FetchDeps {
  store: Pick<Store, 'counters'>;
  catalog: Pick<FollowedCatalog, 'view' | 'refresh'>;
  erp: Pick<ErpClient, 'queryMasterById'>;
  gates: Gates;
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
  const { order, record } = await read(wanted, target, traceparent, deps);
  if (record === null) return false;
  const given = textOf(
    Object.hasOwn(record.master, target.erpObject.idField) ? record.master[target.erpObject.idField] : null,
  );
  if (given !== '' && given !== dataId)
    throw new PollFailed('wrong-record', `the ERP gave the record ${given.slice(0, 100)} for this id`);
  const origin = { ...address, via: 'fetch', name: `fetch/${traceId}`, order, traceparent } as const;
  await deps.publisher.publish([{ dataId, record }], origin);
  return true;
}

async function read(
  wanted: Wanted,
  { dataCenter, erpObject }: ErpTarget,
  traceparent: string,
  { store, erp, gates }: FetchDeps,
) {
  const read = await gates.of(dataCenterName(wanted), dataCenter).ask('fetch', async () => {
    // Before the request: whatever changes in the ERP from now on gets a higher number.
    const order = await store.counters.take('erpOrder', 1);
    const call = { dataCenter, objectApiName: erpObject.apiName, traceparent };
    const reply = await erp.queryMasterById(call, wanted.dataId);
    return reply.ok ? { ok: true as const, order, record: reply.record } : reply;
  });
  if (isDeferred(read)) {
    const seconds = Math.ceil(read.deferredMs / 1000);
    throw new PollFailed(
      read.by,
      `data center ${dataCenter.id} takes no request now; try again in ${seconds} s`,
    );
  }
  if (!read.ok) throw new PollFailed(read.failure.code, read.failure.message);
  return read;
}

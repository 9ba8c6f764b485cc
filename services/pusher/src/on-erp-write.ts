import type { Clock, Logger } from '@syncline/chassis';
import { erpWriteSchema, parseJson, readMessage, type ErpWrite, type RecordData } from '@syncline/contract';
import type { ErpClient } from '@syncline/erp';
import type { HandleMessage, Producer } from '@syncline/kafka';
import type { FollowedCatalog, Store } from '@syncline/store';
import type { Attempts } from './attempts.ts';
import type { Carried, Target } from './carried.ts';
import { findCreated, type AskPage } from './find-created.ts';
import type { Gates } from './gate.ts';
import type { InFlight } from './in-flight.ts';
import { countWrite } from './metrics.ts';
import type { Orders } from './orders.ts';
import { readRecord } from './read-record.ts';
import { report } from './report.ts';
import { sendWrite } from './send-write.ts';

export interface OnErpWriteDeps {
  store: Pick<Store, 'bodies'>;
  catalog: Pick<FollowedCatalog, 'view' | 'refresh'>;
  erp: ErpClient;
  gates: Gates;
  attempts: Attempts;
  inFlight: InFlight;
  orders: Orders;
  producer: Pick<Producer, 'publish'>;
  clock: Clock;
  logger: Logger;
}

/** `erp.writes` → the ERP → `erp.write-results`. */
export function createOnErpWrite(deps: OnErpWriteDeps): HandleMessage {
  return async (message, signal) => {
    const write = readMessage(erpWriteSchema, message.value);
    const carried = (await deps.inFlight.includes(write)) ? await carryOut(write, deps) : 'dropped';
    if (carried === 'dropped') {
      countWrite('dropped');
      deps.logger.debug('an outdated write is dropped', { syncId: write.syncId, attempt: write.attempt });
      return;
    }
    await report({ write, carried, key: message.key, signal }, deps);
  };
}

async function carryOut(write: ErpWrite, deps: OnErpWriteDeps): Promise<Carried> {
  const target = (await targetOf(write, deps)) ?? null;
  if (target === null) {
    const message = `data center ${write.dataCenterId} or its object ${write.objectApiName} is not configured any more`;
    return broken('stream-gone', `stream gone: ${message}`);
  }
  if (write.operation === 'find')
    return findCreated(write, target.erpObject, pagesOf(write, target, deps.erp));
  if (write.operation !== 'create' && write.dataId === undefined) {
    return broken('no-data-id', `a ${write.operation} needs the id of the ERP's record`);
  }
  if (write.operation === 'read') return readRecord(write, target, deps);
  const record = await recordOf(write, deps);
  if (record === null) return broken('no-record', 'the record to send is not there; sync it again');
  return sendWrite(write, record, target, deps);
}

function broken(code: string, message: string): Carried {
  return { outcome: { kind: 'broken', code, message } };
}

async function targetOf(write: ErpWrite, deps: OnErpWriteDeps): Promise<Target | undefined> {
  const found = lookUp(write, deps);
  if (found !== undefined) return found;
  // Mapping may have seen a newer configuration than this process.
  await deps.catalog.refresh();
  return lookUp(write, deps);
}

function lookUp(
  { tenantId, dataCenterId, objectApiName }: ErpWrite,
  deps: OnErpWriteDeps,
): Target | undefined {
  const view = deps.catalog.view();
  const dataCenter = view.dataCenter(tenantId, dataCenterId);
  const erpObject = view.erpObject(tenantId, dataCenterId, objectApiName);
  if (dataCenter === undefined || erpObject === undefined) return undefined;
  return { dataCenter, erpObject, gate: deps.gates.of(tenantId, dataCenter) };
}

async function recordOf(
  { record, bodyRef }: ErpWrite,
  { store }: OnErpWriteDeps,
): Promise<RecordData | null> {
  if (record !== undefined || bodyRef === undefined) return record ?? null;
  const text = (await store.bodies.getMany([bodyRef])).get(bodyRef);
  // Ours: a `RecordData` as JSON, written by mapping.
  return text === undefined ? null : (parseJson(text) as unknown as RecordData);
}

function pagesOf(write: ErpWrite, { dataCenter, gate }: Target, erp: ErpClient): AskPage {
  const { objectApiName, traceparent } = write;
  return (query) =>
    gate.pass('find', (ask) =>
      ask(() => erp.queryMasterBatch({ dataCenter, objectApiName, traceparent }, query)),
    );
}

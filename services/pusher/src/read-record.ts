import { textOf, type ErpWrite } from '@syncline/contract';
import type { ErpClient } from '@syncline/erp';
import type { Carried, Target } from './carried.ts';
import { isDeferred } from './gate.ts';
import type { Orders } from './orders.ts';

/** Reads the record again. Its order number is drawn before the request: whatever changes later has a higher one. */
export async function readRecord(
  write: ErpWrite,
  target: Target,
  { erp, orders }: { erp: ErpClient; orders: Orders },
): Promise<Carried> {
  const { dataId = '', objectApiName, traceparent } = write;
  const { dataCenter, erpObject, gate } = target;
  const read = await gate.pass('read', async (ask) => {
    const order = await orders.take();
    const reply = await ask(() => erp.queryMasterById({ dataCenter, objectApiName, traceparent }, dataId));
    return { order, reply };
  });
  if (isDeferred(read)) return { outcome: read };
  const { order, reply } = read;
  if (!reply.ok) {
    const { kind, code, message, retryAfterMs } = reply.failure;
    if (kind === 'rejected' || kind === 'broken')
      return { outcome: { kind, code, message }, call: reply.call };
    const after = retryAfterMs === undefined ? {} : { retryAfterMs };
    return { outcome: { kind: 'transient', code, message, ...after }, call: reply.call };
  }
  const { record, call } = reply;
  const id = record === null ? '' : textOf(record.master[erpObject.idField]);
  if (id !== '' && id !== dataId) {
    const message = `the ERP gave the record ${id.slice(0, 100)} for the id ${dataId.slice(0, 100)}`;
    return { outcome: { kind: 'transient', code: 'wrong-record', message }, call };
  }
  return { outcome: { kind: 'read', record, order }, call };
}

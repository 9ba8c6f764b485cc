import { textOf, type RecordData } from '@syncline/contract';
import type { ErpClient } from '@syncline/erp';
import type { Store } from '@syncline/store';
import { isDeferred, type Deferred, type Gates } from './gate.ts';
import { PollFailed } from './poll-failure.ts';
import { dataCenterName, type ErpTarget, type ObjectAddress } from './tasks.ts';

export interface ReadRecordDeps {
  store: Pick<Store, 'counters'>;
  erp: Pick<ErpClient, 'queryMasterById'>;
  gates: Gates;
}

/**
 * One record as the ERP has it now, null when it has none, and the number that orders it.
 * @throws PollFailed
 */
export async function readRecord(
  wanted: ObjectAddress & { dataId: string },
  { dataCenter, erpObject }: ErpTarget,
  traceparent: string,
  { store, erp, gates }: ReadRecordDeps,
): Promise<{ order: number; record: RecordData | null } | Deferred> {
  const read = await gates.of(dataCenterName(wanted), dataCenter).ask('fetch', async () => {
    // Before the request: whatever changes in the ERP from now on gets a higher number.
    const order = await store.counters.take('erpOrder', 1);
    const call = { dataCenter, objectApiName: erpObject.apiName, traceparent };
    const reply = await erp.queryMasterById(call, wanted.dataId);
    return reply.ok ? { ok: true as const, order, record: reply.record } : reply;
  });
  if (isDeferred(read)) return read;
  if (!read.ok) throw new PollFailed(read.failure.code, read.failure.message);
  const { order, record } = read;
  const given = record === null ? '' : idIn(record, erpObject.idField);
  if (given !== '' && given !== wanted.dataId)
    throw new PollFailed('wrong-record', `the ERP gave the record ${given.slice(0, 100)} for this id`);
  return { order, record };
}

function idIn({ master }: RecordData, idField: string): string {
  return textOf(Object.hasOwn(master, idField) ? master[idField] : null);
}

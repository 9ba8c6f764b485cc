import { isJsonObject, parseJson, RefusedRequest, type RecordData, type Side } from '@syncline/contract';
import type { HistoryRecord, Store } from '@syncline/store';
import type { Access } from '../operator-access.ts';

/** The side that a sync's change came from. */
export function sideOf({ direction }: Pick<HistoryRecord, 'direction'>): Side {
  return direction === 'crm-to-erp' ? 'crm' : 'erp';
}

/**
 * A sync with its story.
 * @throws RefusedRequest notFound, also for another tenant's
 */
export async function syncNamed(
  syncId: string,
  access: Access,
  store: Pick<Store, 'syncHistory'>,
): Promise<HistoryRecord> {
  const sync = (await store.syncHistory.getMany([syncId])).get(syncId);
  if (sync === undefined || !access.may(sync.tenantId))
    throw new RefusedRequest('notFound', `there is no sync ${syncId.slice(0, 100)}`);
  return sync;
}

/** The source record as it was when the change was taken; null where none is stored any more. */
export async function snapshotOf(
  { events }: Pick<HistoryRecord, 'events'>,
  store: Pick<Store, 'bodies'>,
): Promise<RecordData | null> {
  const body = events.findLast(({ kind }) => kind === 'arrived')?.body;
  if (body === undefined) return null;
  const ref = body.startsWith('ref:') ? body.slice('ref:'.length) : null;
  const text = ref === null ? body : (await store.bodies.getMany([ref])).get(ref);
  const record = text === undefined ? null : parseJson(text);
  return isJsonObject(record) ? (record as unknown as RecordData) : null;
}

/** @throws RefusedRequest conflict, with what to do instead */
export async function snapshotOrRefuse(
  sync: HistoryRecord,
  store: Pick<Store, 'bodies'>,
): Promise<RecordData> {
  const record = await snapshotOf(sync, store);
  if (record !== null) return record;
  const isVoid = sync.events.some(({ kind }) => kind === 'voided' || kind === 'recovered');
  throw new RefusedRequest(
    'conflict',
    isVoid
      ? 'it voids or recovers the record and carries no fields: retry it while it is the newest change'
      : 'no snapshot of it is stored: ask the source for the record again',
  );
}

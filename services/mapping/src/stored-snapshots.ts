import { isJsonObject, mappingStatus, parseJson, syncStatus, type RecordData } from '@syncline/contract';
import type { HistoryRecord, MappingRow, Store } from '@syncline/store';
import { pairDigest, type PairKey, type PairState } from './pair.ts';
import { stateOf } from './rows.ts';

/** What a CRM record held when its newest change was taken, for when the CRM cannot be asked. */
export interface StoredSnapshot {
  state: PairState;
  dataId: string;
  record: RecordData;
}

type Needed = Pick<Store, 'pointers' | 'mappingRows' | 'syncHistory' | 'bodies'>;

const pageRows = 100;
/** Of a row's syncs the last ones are looked through; the others say less than the row itself. */
const mostSyncs = 8;

/** The stored snapshots of these CRM records. Of a record that was written by us since, none is known. */
export async function snapshotsOfIds(
  store: Needed,
  pair: PairKey,
  dataIds: readonly string[],
): Promise<StoredSnapshot[]> {
  const digests = dataIds.map((dataId) => pairDigest(pair, 'crm', dataId));
  const pointers = await store.pointers.readMany(digests);
  const rows = await store.mappingRows.readMany(digests.map((digest) => pointers.get(digest) ?? digest));
  return snapshotsOf(store, [...rows.values()]);
}

/** Those of the CRM records that changed last in [from, to), page by page. */
export async function* snapshotsChangedIn(
  store: Needed,
  pair: PairKey,
  { from, to }: { from: number; to: number },
): AsyncGenerator<StoredSnapshot[]> {
  let after: string | null = null;
  do {
    const page = await store.mappingRows.list({ ...pair, after, limit: pageRows });
    const rows = page.items.filter((row) => {
      const { order } = stateOf(row).sides.crm;
      return order?.kind === 'log' && order.occurredAt >= from && order.occurredAt < to;
    });
    yield await snapshotsOf(store, rows);
    after = page.next;
  } while (after !== null);
}

async function snapshotsOf(store: Needed, rows: readonly MappingRow[]): Promise<StoredSnapshot[]> {
  const states = rows
    .map(stateOf)
    .filter(({ status, sides }) => status !== mappingStatus.voided && sides.crm.id !== '');
  const syncs = await store.syncHistory.getMany(states.flatMap(lastSyncIds));
  const found = states.flatMap((state) => {
    const body = lastBody(lastSyncIds(state).flatMap((syncId) => syncs.get(syncId) ?? []));
    return body === null ? [] : [{ state, body }];
  });
  const refs = found.flatMap(({ body }) => refOf(body) ?? []);
  const bodies = refs.length === 0 ? new Map<string, string>() : await store.bodies.getMany(refs);
  return found.flatMap(({ state, body }) => {
    const ref = refOf(body);
    const text = ref === null ? body : bodies.get(ref);
    const record = text === undefined ? null : parseJson(text);
    if (!isJsonObject(record)) return [];
    return [{ state, dataId: state.sides.crm.id, record: record as unknown as RecordData }];
  });
}

/** Newest first. */
function lastSyncIds({ id, syncs }: PairState): string[] {
  const count = Math.min(syncs, mostSyncs);
  return Array.from({ length: count }, (_, back) => `${id}-${(syncs - back).toString(36)}`);
}

/** A write of ours in the CRM came after it: then it is out of date. */
function lastBody(syncs: readonly HistoryRecord[]): string | null {
  for (const { direction, status, events } of syncs) {
    if (direction === 'erp-to-crm') {
      if (status === syncStatus.success) return null;
      continue;
    }
    const body = events.findLast(({ kind }) => kind === 'arrived')?.body;
    if (body !== undefined) return body;
  }
  return null;
}

function refOf(body: string): string | null {
  return body.startsWith('ref:') ? body.slice('ref:'.length) : null;
}

import { mappingStatus, otherSide, type FieldDataType, type Side } from '@syncline/contract';
import type { CrmMatches, MappingRow, Store } from '@syncline/store';
import type { OpenCreateFacts } from './decide/facts.ts';
import { createLoader } from './loader.ts';
import { pairDigest } from './pair.ts';

/** Creates that are open in a scope. */
export function openCreateLoader(store: Store): (scope: string) => Promise<OpenCreateFacts[] | undefined> {
  return createLoader(async (scopes) => {
    const open = await store.openCreates.inScopes(scopes);
    return new Map(scopes.map((scope) => [scope, open.filter((create) => create.scope === scope)]));
  });
}

/** The row that an id leads to. */
export function ownerLoader(store: Store): (digest: string) => Promise<string | undefined> {
  return createLoader((digests) => store.pointers.readMany(digests));
}

/** Claims ids; an id at which another row began counts as that row's, if it is more than a row that only waits. */
export function claimLoader(store: Store): (key: string) => Promise<string | undefined> {
  return createLoader(async (keys) => {
    const asked = keys.map((key) => JSON.parse(key) as [digest: string, rowId: string]);
    const owners = await claimPast(store, asked);
    const rows = await store.mappingRows.readMany(asked.map(([digest]) => digest));
    const released: string[] = [];
    const result = new Map<string, string>();
    for (const [i, key] of keys.entries()) {
      const [digest, rowId] = asked[i] ?? ['', ''];
      const owner = owners.get(digest) ?? rowId;
      const other = rows.get(digest);
      const isTaken = other !== undefined && other.id !== rowId && isMoreThanWaiting(other);
      if (isTaken && owner === rowId) released.push(digest);
      result.set(key, isTaken ? other.id : owner);
    }
    await store.pointers.remove(released);
    return result;
  });
}

/** Who would hold ids if they were claimed now; claims nothing. */
export function holderLoader(store: Store): (key: string) => Promise<string | undefined> {
  return createLoader(async (keys) => {
    const asked = keys.map((key) => JSON.parse(key) as [digest: string, rowId: string]);
    const pointers = await store.pointers.readMany(asked.map(([digest]) => digest));
    const rowIds = asked.flatMap(([digest]) => [digest, pointers.get(digest) ?? digest]);
    const rows = await store.mappingRows.readMany([...new Set(rowIds)]);
    const holderOf = ([digest, rowId]: readonly [string, string]): string => {
      const began = rows.get(digest);
      if (began !== undefined && began.id !== rowId && isMoreThanWaiting(began)) return began.id;
      const owner = pointers.get(digest) ?? rowId;
      return isLeftBehind(rows.get(owner), digest) ? rowId : owner;
    };
    return new Map(keys.map((key, i) => [key, holderOf(asked[i] ?? ['', ''])]));
  });
}

/** The CRM's records by what they are matched by. */
export function matchLoader(store: Store): (key: string) => Promise<CrmMatches | undefined> {
  return createLoader((keys) => store.crmMatches.find(keys));
}

/** Claims pointers, also those that were left behind when their row was led to another record. */
async function claimPast(
  store: Store,
  asked: readonly (readonly [digest: string, rowId: string])[],
): Promise<Map<string, string>> {
  const wanted = asked.map(([id, rowId]) => ({ id, rowId }));
  const owners = await store.pointers.claim(wanted);
  const foreign = wanted.filter(({ id, rowId }) => owners.get(id) !== rowId);
  if (foreign.length === 0) return owners;
  const rows = await store.mappingRows.readMany([...new Set(foreign.map(({ id }) => owners.get(id) ?? ''))]);
  const left = foreign.filter(({ id }) => isLeftBehind(rows.get(owners.get(id) ?? ''), id));
  if (left.length === 0) return owners;
  await store.pointers.remove(left.map(({ id }) => id));
  return new Map([...owners, ...(await store.pointers.claim(left))]);
}

/** A pointer whose row was led to another record. */
function isLeftBehind(row: MappingRow | undefined, digest: string): boolean {
  return row?.isCreated === true && !digestsOf(row).includes(digest);
}

function digestsOf(row: MappingRow): string[] {
  return [pairDigest(row, 'crm', row.crmId), pairDigest(row, 'erp', row.erpId)];
}

function isMoreThanWaiting({ isCreated, inFlightId, status }: MappingRow): boolean {
  return isCreated || inFlightId !== null || status === mappingStatus.reserved;
}

/**
 * Has this row a create under way? An entry among the open creates may be left of a writer that died before its row was
 * written, or that lost it; nothing was sent for such a one.
 */
export function creatingLoader(store: Store): (rowId: string) => Promise<boolean | undefined> {
  return createLoader(async (rowIds) => {
    const statuses = await store.mappingRows.statusesOf(rowIds);
    return new Map([...statuses].map(([id, status]) => [id, status === mappingStatus.reserved]));
  });
}

/** Values of spec 6's table. */
export function fieldLoader(store: Store): (key: string) => Promise<string | undefined> {
  type Question = [tenantId: string, dataCenterId: string, dataType: FieldDataType, side: Side, id: string];
  return createLoader(async (keys) => {
    const questions = keys.map((key) => JSON.parse(key) as Question);
    const found = await store.fieldMappings.find(
      questions.map(([tenantId, dataCenterId, dataType, side, id]) => ({
        tenantId,
        dataCenterId,
        dataType,
        side,
        id,
      })),
    );
    return new Map(
      keys.flatMap((key, i): [string, string][] => {
        const entry = found[i];
        const side = questions[i]?.[3] ?? 'crm';
        if (entry == null) return [];
        return [[key, otherSide(side) === 'erp' ? entry.erpId : entry.crmId]];
      }),
    );
  });
}

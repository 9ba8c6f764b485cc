import { otherSide, type FieldDataType, type Side } from '@syncline/contract';
import type { Store } from '@syncline/store';
import type { OpenCreateFacts } from './decide/facts.ts';
import { createLoader } from './loader.ts';

export interface OpenAndOwner {
  open: OpenCreateFacts[];
  owner: string | null;
}

// Open creates are read first and pointers after them: a create that is gone from the first has its pointer by then.
/** Open creates of a scope, and the row that an id leads to. */
export function openCreateLoader(store: Store): (key: string) => Promise<OpenAndOwner | undefined> {
  return createLoader(async (keys) => {
    const asked = keys.map((key) => JSON.parse(key) as [scope: string, digest: string]);
    const open = await store.openCreates.inScopes([...new Set(asked.map(([scope]) => scope))]);
    const owners = await store.pointers.readMany([...new Set(asked.map(([, digest]) => digest))]);
    return new Map(
      keys.map((key, i): [string, OpenAndOwner] => {
        const [scope, digest] = asked[i] ?? ['', ''];
        return [
          key,
          { open: open.filter((create) => create.scope === scope), owner: owners.get(digest) ?? null },
        ];
      }),
    );
  });
}

/** Claims ids; an id at which another row began counts as that row's, if it is more than a row that only waits. */
export function claimLoader(store: Store): (key: string) => Promise<string | undefined> {
  return createLoader(async (keys) => {
    const asked = keys.map((key) => JSON.parse(key) as [digest: string, rowId: string]);
    const owners = await store.pointers.claim(asked.map(([id, rowId]) => ({ id, rowId })));
    const rows = await store.mappingRows.readMany(asked.map(([digest]) => digest));
    const released: string[] = [];
    const result = new Map<string, string>();
    for (const [i, key] of keys.entries()) {
      const [digest, rowId] = asked[i] ?? ['', ''];
      const owner = owners.get(digest) ?? rowId;
      const other = rows.get(digest);
      const isTaken =
        other !== undefined && other.id !== rowId && (other.isCreated || other.inFlightId !== null);
      if (isTaken && owner === rowId) released.push(digest);
      result.set(key, isTaken ? other.id : owner);
    }
    await store.pointers.remove(released);
    return result;
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

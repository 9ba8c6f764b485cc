import { bounded } from './bounded.ts';
import { asText, byIds, type Database } from './collection.ts';
import { openRowRegister, type RowRef } from './row-register.ts';

/** A create that is under way: an unknown record on that side may be its result (design, "An unknown id may be ours"). */
export interface OpenCreate {
  rowId: string;
  /** where it creates: tenant, data center, object */
  scope: string;
  /** the match fields' values as one text; null when the object has none */
  match: string | null;
  /** ms */
  openedAt: number;
  /** the row's version that opened it; an older removal leaves it then */
  version?: number;
}

export type OpenCreates = ReturnType<typeof openOpenCreates>;

export function openOpenCreates(database: Database) {
  const creates = openRowRegister<Omit<OpenCreate, 'rowId' | 'version'>>(database, {
    name: 'open_creates',
    fields: { scope: String, match: String, openedAt: Number },
    scans: [{ 'slot.scope': 1 }],
  });

  return bounded('openCreates', {
    add(opened: readonly OpenCreate[]): Promise<void> {
      return creates.put(opened.map(({ rowId, version, ...value }) => ({ rowId, version, value })));
    },

    remove(rows: readonly RowRef[]): Promise<void> {
      return creates.remove(rows);
    },

    /** Those of these rows that have one. */
    async rowsAmong(rowIds: readonly string[]): Promise<Set<string>> {
      const found = await creates.native.find(byIds(rowIds) as object, { projection: { _id: 1 } }).toArray();
      return new Set(found.map(({ _id }) => _id));
    },

    async inScopes(scopes: readonly string[]): Promise<OpenCreate[]> {
      const found = await creates.native
        .find({ 'slot.scope': { $in: scopes.map(asText) } } as object)
        .sort({ 'slot.openedAt': 1 })
        .toArray();
      return found.map(({ _id, slot }) => ({ rowId: _id, ...slot }));
    },
  });
}

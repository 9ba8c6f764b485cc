import { bounded } from './bounded.ts';
import { asText, byIds, upsertAll, type Database, type Keyed } from './collection.ts';

/** A row that waits until the record behind the key has a counterpart (design, "References wait"). */
export interface Wait {
  key: string;
  rowId: string;
}

interface WaitDocument extends Keyed {
  /** rises with every change, so that an empty one can be removed only if nobody joined since */
  version: number;
  rowIds: string[];
}

/** More rows than this behind one key rely on being due by themselves. */
const maxRowsPerKey = 1000;

export type Waits = ReturnType<typeof openWaits>;

export function openWaits(database: Database) {
  const { native } = database.open<WaitDocument>({
    name: 'waits',
    fields: { version: Number, rowIds: [String] },
    indexes: [{ keys: { _id: 1, version: 1 }, unique: true, for: 'exact' }],
  });

  async function read(keys: readonly string[]): Promise<Map<string, WaitDocument>> {
    const found = await native.find(byIds(keys)).toArray();
    return new Map(found.map((document) => [document._id, document]));
  }

  function join(groups: ReadonlyMap<string, string[]>): Promise<void> {
    const operations = [...groups].map(([key, rowIds]) => ({
      updateOne: {
        filter: { _id: asText(key) },
        update: { $addToSet: { rowIds: { $each: rowIds } }, $inc: { version: 1 } },
        upsert: true,
      },
    }));
    return upsertAll(native, operations);
  }

  async function removeEmpty(keys: readonly string[]): Promise<void> {
    const empty = [...(await read(keys)).values()].filter(({ rowIds }) => rowIds.length === 0);
    const operations = empty.map(({ _id, version }) => ({ deleteOne: { filter: { _id, version } } }));
    if (operations.length > 0) await native.bulkWrite(operations, { ordered: false });
  }

  return bounded('waits', {
    async add(waits: readonly Wait[]): Promise<void> {
      const groups = byKey(waits);
      const present = await read([...groups.keys()]);
      for (const [key, rowIds] of groups) {
        const there = new Set(present.get(key)?.rowIds);
        const missing = rowIds
          .filter((rowId) => !there.has(rowId))
          .slice(0, Math.max(0, maxRowsPerKey - there.size));
        if (missing.length > 0) groups.set(key, missing);
        else groups.delete(key);
      }
      await join(groups);
    },

    async remove(waits: readonly Wait[]): Promise<void> {
      const groups = byKey(waits);
      if (groups.size === 0) return;
      const operations = [...groups].map(([key, rowIds]) => ({
        updateOne: { filter: { _id: asText(key) }, update: { $pullAll: { rowIds }, $inc: { version: 1 } } },
      }));
      await native.bulkWrite(operations, { ordered: false });
      await removeEmpty([...groups.keys()]);
    },

    /** Who waits for each key; keys that nobody waits for are left out. */
    async waitingFor(keys: readonly string[]): Promise<Map<string, string[]>> {
      const found = [...(await read(keys)).values()].filter(({ rowIds }) => rowIds.length > 0);
      return new Map(found.map(({ _id, rowIds }) => [_id, rowIds]));
    },
  });
}

function byKey(waits: readonly Wait[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { key, rowId } of waits) {
    const rowIds = groups.get(key);
    if (rowIds === undefined) groups.set(key, [rowId]);
    else if (!rowIds.includes(rowId)) rowIds.push(rowId);
  }
  return groups;
}

import type { mongo, SchemaDefinition } from 'mongoose';
import {
  asText,
  removeIds,
  upsertAll,
  upsertCounted,
  type Collection,
  type Database,
  type IndexKeys,
  type Keyed,
} from './collection.ts';

/** A row, and the version of it that the caller has written; without a version the later call wins. */
export type RowRef = string | { rowId: string; version?: number | undefined };

/** What is kept for one row. Its version comes first, since documents compare field by field in their order. */
export type Slot<V> = { version: number } & V;

export interface RegisterDocument<V> extends Keyed {
  slot: Slot<V>;
}

export interface RegisterEntry<V> {
  rowId: string;
  version?: number | undefined;
  value: V;
}

export interface RowRegister<V> extends Collection<RegisterDocument<V>> {
  put(entries: readonly RegisterEntry<V>[]): Promise<void>;
  remove(rows: readonly RowRef[]): Promise<void>;
}

export interface RegisterSpec {
  name: string;
  fields: SchemaDefinition;
  scans: readonly IndexKeys[];
}

/**
 * A small collection with at most one entry a row, emptied when done, so that no sweep scans a large one.
 *
 * Two instances of mapping may carry out the effects of one row, the older ones last. An entry therefore knows the
 * row's version that made it: neither an older put nor an older removal touches it.
 */
export function openRowRegister<V extends object>(database: Database, spec: RegisterSpec): RowRegister<V> {
  const collection = database.open<RegisterDocument<V>>({
    name: spec.name,
    fields: { slot: { version: Number, ...spec.fields } },
    indexes: [
      { keys: { _id: 1, 'slot.version': 1 }, unique: true, for: 'exact' },
      ...spec.scans.map((keys) => ({ keys, for: 'scans' as const })),
    ],
  });
  const { native } = collection;

  async function put(entries: readonly RegisterEntry<V>[]): Promise<void> {
    type Operation = mongo.AnyBulkWriteOperation<RegisterDocument<V>>;
    const operations = entries.map(({ rowId, version, value }) => ({
      updateOne: {
        filter: { _id: asText(rowId) },
        update: { [version === undefined ? '$set' : '$max']: { slot: { version: version ?? 0, ...value } } },
        upsert: true,
      },
    }));
    const changed = await upsertCounted(native, operations as Operation[]);
    if (changed === entries.length) return;
    // Of one version the greatest value may stand now, and the later call is to win.
    const same = entries.flatMap(({ rowId, version, value }) =>
      version === undefined
        ? []
        : {
            filter: { _id: asText(rowId), 'slot.version': version },
            update: { $set: { slot: { version, ...value } } },
          },
    );
    await upsertAll(native, same.map((updateOne) => ({ updateOne })) as unknown as Operation[]);
  }

  async function remove(rows: readonly RowRef[]): Promise<void> {
    const always = rows.flatMap((row) =>
      typeof row === 'string' ? row : row.version === undefined ? row.rowId : [],
    );
    await removeIds(native, always);
    const upTo = new Map<string, number>();
    for (const row of rows) {
      if (typeof row !== 'string' && row.version !== undefined) upTo.set(row.rowId, row.version);
    }
    if (upTo.size > 0) await removeUpTo(upTo);
  }

  async function removeUpTo(versions: ReadonlyMap<string, number>): Promise<void> {
    const operations = [...versions].map(([rowId, version]) => ({
      deleteOne: { filter: { _id: asText(rowId), 'slot.version': { $lte: version } } },
    }));
    await native.bulkWrite(operations, {
      ordered: false,
    });
  }

  return { ...collection, put, remove };
}

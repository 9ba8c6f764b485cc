import { Schema, type Connection, type Model, type SchemaDefinition, type mongo } from 'mongoose';
import { duplicatesOf } from './failure.ts';

/** Every document has an id of ours, as text. */
export interface Keyed {
  _id: string;
}

export type IndexKeys = Record<string, 1 | -1>;

export interface IndexSpec {
  keys: IndexKeys;
  unique?: boolean;
  /**
   * `scans`: MongoDB needs it, the embedded store would ignore it.
   * `exact`: the embedded store needs it to find (`_id`, version) without a scan; MongoDB uses `_id` for that.
   */
  for: 'scans' | 'exact';
}

export interface CollectionSpec {
  name: string;
  fields: SchemaDefinition;
  indexes?: readonly IndexSpec[];
}

/**
 * One collection: `model` for rare, filtered reads, with its paths checked; `native` for all else, as hydration and
 * casting cost more than the store itself.
 */
export interface Collection<T extends Keyed> {
  native: mongo.Collection<T>;
  model: Model<T>;
}

/** Opens collections and remembers which indexes they need. */
export interface Database {
  open<T extends Keyed>(spec: CollectionSpec): Collection<T>;
  specs: readonly CollectionSpec[];
  /** A collection that was opened, by its name. */
  native(name: string): mongo.Collection<Keyed>;
}

export function openDatabase(connection: Connection): Database {
  const specs: CollectionSpec[] = [];
  return {
    specs,
    open<T extends Keyed>(spec: CollectionSpec): Collection<T> {
      specs.push(spec);
      const schema = new Schema(
        { ...spec.fields, _id: { type: String, required: true } },
        {
          collection: spec.name,
          strict: 'throw',
          strictQuery: 'throw',
          versionKey: false,
          autoIndex: false,
          autoCreate: false,
          minimize: false,
        },
      );
      const model = connection.model(spec.name, schema) as unknown as Model<T>;
      return { model, native: model.collection as unknown as mongo.Collection<T> };
    },
    native: (name) => connection.model(name).collection as unknown as mongo.Collection<Keyed>,
  };
}

/** What stands in a filter is made text first, so that no object from outside becomes an operator. */
export function asText(value: unknown): string {
  return String(value);
}

/** A filter on ids. */
export function byIds(ids: Iterable<string>): mongo.Filter<Keyed> {
  return { _id: { $in: Array.from(ids, asText) } };
}

/** A filter on one id: bare text and not `$eq`, since the embedded store answers only that from its index. */
export function byId(id: string): mongo.Filter<Keyed> {
  return { _id: asText(id) };
}

/**
 * An unordered bulk of upserts, each of which may be made again. Two first ones of one key at once: the store refuses
 * one of them, and finds the document when it is made again.
 * @returns how many are known to have made or changed a document; where some were made again, at least so many did
 */
export async function upsertCounted<T extends Keyed>(
  native: mongo.Collection<T>,
  operations: readonly mongo.AnyBulkWriteOperation<T>[],
): Promise<number> {
  let open = operations;
  let changed = 0;
  while (open.length > 0) {
    const tried = open;
    open = await native.bulkWrite([...tried], { ordered: false }).then(
      ({ upsertedCount, modifiedCount }) => {
        changed += upsertedCount + modifiedCount;
        return [];
      },
      (error: unknown) => duplicatesOf(error).flatMap((index) => tried[index] ?? []),
    );
  }
  return changed;
}

/** As `upsertCounted`, for those who need no count. */
export async function upsertAll<T extends Keyed>(
  native: mongo.Collection<T>,
  operations: readonly mongo.AnyBulkWriteOperation<T>[],
): Promise<void> {
  await upsertCounted(native, operations);
}

export async function removeIds<T extends Keyed>(
  native: mongo.Collection<T>,
  ids: readonly string[],
): Promise<void> {
  if (ids.length > 0) await native.deleteMany(byIds(ids) as mongo.Filter<T>);
}

import { Schema, type Connection, type Model, type SchemaDefinition, type mongo } from 'mongoose';

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
  };
}

/** A filter on ids. Each is made text first, so that no object from outside becomes an operator. */
export function byIds(ids: Iterable<string>): mongo.Filter<Keyed> {
  return { _id: { $in: Array.from(ids, String) } };
}

/** A filter on one id: bare text and not `$eq`, since the embedded store answers only that from its index. */
export function byId(id: string): mongo.Filter<Keyed> {
  return { _id: String(id) };
}

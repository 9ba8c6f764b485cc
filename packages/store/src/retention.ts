import type { mongo } from 'mongoose';
import { byIds, type Collection, type Keyed } from './collection.ts';

type Ids = { _id: string; at: number }[];

/**
 * Removes the oldest documents of a collection, some at a time.
 *
 * The embedded store scans the collection for each call, so the oldest that was left is remembered, and nothing is
 * asked for until one can be too old. New documents are never older than that.
 * @param path the field that holds the age, ms
 */
export function createRetention<T extends Keyed>({ native }: Collection<T>, path: string) {
  let oldestLeft = -Infinity;

  async function oldest(filter: mongo.Document, limit: number): Promise<Ids> {
    const found = await native
      .find(filter as mongo.Filter<T>, { projection: { [path]: 1 } })
      .sort({ [path]: 1 })
      .limit(limit)
      .toArray();
    return found.map((document) => ({ _id: document._id, at: valueAt(document, path) }));
  }

  return async function removeOlderThan(before: number, limit: number): Promise<string[]> {
    if (before <= oldestLeft) return [];
    const found = await oldest({ [path]: { $lt: before } }, limit);
    const ids = found.map(({ _id }) => _id);
    if (ids.length > 0) await native.deleteMany(byIds(ids) as mongo.Filter<T>);
    if (ids.length < limit) oldestLeft = (await oldest({}, 1))[0]?.at ?? -Infinity;
    return ids;
  };
}

function valueAt(document: unknown, path: string): number {
  const value = path
    .split('.')
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], document);
  return typeof value === 'number' ? value : -Infinity;
}

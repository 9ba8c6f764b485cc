import { noFates, type FateCounts } from '@syncline/contract';
import type { mongo, SchemaDefinition } from 'mongoose';
import { byId, type Keyed } from './collection.ts';

/** Documents of before there were counts have none. */
export interface WithFates {
  fates?: FateCounts;
}

export const fateFields: SchemaDefinition = {
  fates: { changed: Number, created: Number, unchanged: Number, errors: Number, waiting: Number },
};

const names = Object.keys(noFates()) as (keyof FateCounts)[];

/** Adds to the counts of documents that are there; the others are gone, and nobody asks for them any more. */
export async function addFates<T extends Keyed & WithFates>(
  native: mongo.Collection<T>,
  fates: ReadonlyMap<string, FateCounts>,
): Promise<void> {
  if (fates.size === 0) return;
  const operations = [...fates].map(([id, counts]) => {
    const added = names.map((name) => [`fates.${name}`, counts[name]] as const);
    return { updateOne: { filter: byId(id), update: { $inc: Object.fromEntries(added) } } };
  });
  await native.bulkWrite(operations as unknown as mongo.AnyBulkWriteOperation<T>[], { ordered: false });
}

/** What a killed process left uncounted may show below zero in what waits. */
export function readFates(fates: FateCounts | undefined): FateCounts {
  const counts = { ...noFates(), ...fates };
  return { ...counts, waiting: Math.max(0, counts.waiting) };
}

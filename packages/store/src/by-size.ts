import type { mongo } from 'mongoose';
import { byIds, type Keyed } from './collection.ts';

/** So much is read at a time: one answer stays far under the driver's limit for a message, which ends the connection. */
export const maxReadBytes = 24 * 1024 * 1024;

export interface Sized {
  id: string;
  bytes: number;
}

/** Groups of ids, in their order, each of at most `maxReadBytes` or of one document. */
export function groupBySize(sizes: readonly Sized[]): string[][] {
  const groups: string[][] = [];
  let room = 0;
  for (const { id, bytes } of sizes) {
    const group = groups.at(-1);
    if (group !== undefined && bytes <= room) group.push(id);
    else {
      groups.push([id]);
      room = maxReadBytes;
    }
    room -= bytes;
  }
  return groups;
}

/** Reads documents that may be large, a group at a time. */
export async function readBySize<T extends Keyed>(
  native: mongo.Collection<T>,
  sizes: readonly Sized[],
): Promise<mongo.WithId<T>[]> {
  const found: mongo.WithId<T>[] = [];
  for (const ids of groupBySize(sizes)) {
    found.push(...(await native.find(byIds(ids) as mongo.Filter<T>).toArray()));
  }
  return found;
}

import { parseJson, stringifyJson } from '@syncline/contract';
import type { mongo } from 'mongoose';
import { bounded, longLimitMs } from './bounded.ts';
import { maxReadBytes, readBySize, type Sized } from './by-size.ts';
import { byIds, removeIds, type CollectionSpec, type Database, type Keyed } from './collection.ts';
import { duplicatesOf } from './failure.ts';
import { createRetention } from './retention.ts';

/** One push as it was received, byte for byte (contract 3). */
export interface CachedPush {
  id: string;
  tenantId: string;
  dataCenterId: string;
  objectApiName: string;
  /** the header `id`; null when the object's adapter has to find it */
  dataId: string | null;
  operationType: number | null;
  /** from the counter `erpOrder` */
  order: number;
  contentType: string;
  headers: Record<string, string>;
  body: Buffer;
  /** ms */
  receivedAt: number;
  traceId: string;
  /** null until its records are on the topic; then `receivedAt`, as no one needs the very moment */
  announcedAt: number | null;
}

interface PushDocument extends Keyed, Omit<CachedPush, 'id' | 'headers' | 'announcedAt'> {
  /** JSON text, as header names come from outside */
  headers: string;
  /** of the body */
  bytes: number;
}

interface Unannounced extends Keyed {
  receivedAt: number;
  order: number;
  bytes: number;
}

/** The receiver has to answer 503 within 2 s when the store is away (contract 3, `s306240009`). */
const saveLimitMs = 1800;

/** An entry whose push is still missing after this long never got one: its save was cut off between the two writes. */
const ghostAfterMs = 60_000;

const pushSpec: CollectionSpec = {
  name: 'push_cache',
  fields: {
    tenantId: String,
    dataCenterId: String,
    objectApiName: String,
    dataId: String,
    operationType: Number,
    order: Number,
    contentType: String,
    headers: String,
    body: Buffer,
    bytes: Number,
    receivedAt: Number,
    traceId: String,
  },
  indexes: [{ keys: { receivedAt: 1 }, for: 'scans' }],
};

const unannouncedSpec: CollectionSpec = {
  name: 'unannounced_pushes',
  fields: { receivedAt: Number, order: Number, bytes: Number },
  indexes: [{ keys: { receivedAt: 1 }, for: 'scans' }],
};

export type PushCache = ReturnType<typeof openPushCache>;

export function openPushCache(database: Database) {
  const pushes = database.open<PushDocument>(pushSpec);
  const unannounced = database.open<Unannounced>(unannouncedSpec);
  const removeOldest = createRetention(pushes, 'receivedAt');

  async function read(sizes: readonly Sized[], waiting: ReadonlySet<string>): Promise<CachedPush[]> {
    const found = await readBySize(pushes.native, sizes);
    return found.map((document) => toPush(document, waiting));
  }

  return bounded(
    'pushCache',
    {
      /**
       * Durable when it settles. The same push twice is one. A rejected save may still happen later, which does no harm:
       * its sender was told to send again.
       */
      async save(received: readonly CachedPush[]): Promise<void> {
        if (received.length === 0) return;
        // Neither is of use alone, and nobody hears of a push before both are durable; so one wait on the disk serves both.
        await Promise.all([
          insertMissing(unannounced.native, received.map(toUnannounced)),
          insertMissing(pushes.native, received.map(toDocument)),
        ]);
      },

      async getMany(ids: readonly string[]): Promise<Map<string, CachedPush>> {
        const filter = byIds(ids) as mongo.Filter<PushDocument>;
        const sizes = await pushes.native.find(filter, { projection: { bytes: 1 } }).toArray();
        const waiting = await unannounced.native.find(byIds(ids) as mongo.Filter<Unannounced>).toArray();
        const found = await read(
          sizes.map(({ _id, bytes }) => ({ id: _id, bytes })),
          new Set(waiting.map(({ _id }) => _id)),
        );
        return new Map(found.map((push) => [push.id, push]));
      },

      /** A push is to be brought on the topic once more; false when it is kept no longer. */
      async announceAgain(id: string): Promise<boolean> {
        const filter = byIds([id]) as mongo.Filter<PushDocument>;
        const projection = { receivedAt: 1, order: 1, bytes: 1 };
        const found = await pushes.native.find(filter, { projection }).toArray();
        const waiting = found.map(({ _id, receivedAt, order, bytes }) => ({ _id, receivedAt, order, bytes }));
        await insertMissing<Unannounced>(unannounced.native, waiting);
        return found.length > 0;
      },

      /** Their records are on the topic: the relay need not look at them again. */
      markAnnounced(ids: readonly string[]): Promise<void> {
        return removeIds(unannounced.native, ids);
      },

      /**
       * Pushes received before `olderThan` (ms) whose records are not on the topic yet, in their order: at most `limit`,
       * and fewer if they are large.
       */
      async unannounced({ olderThan, limit }: { olderThan: number; limit: number }): Promise<CachedPush[]> {
        const waiting = await unannounced.native
          .find({ receivedAt: { $lt: olderThan } })
          .sort({ order: 1 })
          .limit(limit)
          .toArray();
        const page = firstBytes(waiting.map(({ _id, bytes }) => ({ id: _id, bytes })));
        const found = await read(page, new Set(page.map(({ id }) => id)));
        await removeIds(unannounced.native, ghostsOf(waiting.slice(0, page.length), found, olderThan));
        return found.sort((a, b) => a.order - b.order);
      },

      /** Removes at most `limit` pushes received before `before` (ms); returns how many. */
      async removeOlderThan(before: number, limit: number): Promise<number> {
        const removed = await removeOldest(before, limit);
        await removeIds(unannounced.native, removed);
        return removed.length;
      },
    },
    { save: saveLimitMs, removeOlderThan: longLimitMs },
  );
}

function toDocument({ id, announcedAt: _announcedAt, headers, ...rest }: CachedPush): PushDocument {
  return { _id: id, ...rest, headers: stringifyJson(headers), bytes: rest.body.length };
}

function toUnannounced({ id, receivedAt, order, body }: CachedPush): Unannounced {
  return { _id: id, receivedAt, order, bytes: body.length };
}

function toPush(
  { _id, headers, bytes: _bytes, ...rest }: PushDocument,
  waiting: ReadonlySet<string>,
): CachedPush {
  const announcedAt = waiting.has(_id) ? null : rest.receivedAt;
  return { id: _id, ...rest, headers: parseJson(headers) as Record<string, string>, announcedAt };
}

/** Entries without a push that are too old for their push still to come. */
function ghostsOf(
  waiting: readonly Unannounced[],
  found: readonly CachedPush[],
  olderThan: number,
): string[] {
  const present = new Set(found.map(({ id }) => id));
  return waiting
    .filter(({ _id, receivedAt }) => !present.has(_id) && receivedAt < olderThan - ghostAfterMs)
    .map(({ _id }) => _id);
}

/** The first of a list that together stay under the limit for one read; at least one. */
function firstBytes(sizes: readonly Sized[]): Sized[] {
  let sum = 0;
  const end = sizes.findIndex(({ bytes }, index) => {
    sum += bytes;
    return index > 0 && sum > maxReadBytes;
  });
  return end === -1 ? [...sizes] : sizes.slice(0, end);
}

async function insertMissing<T extends Keyed>(native: mongo.Collection<T>, documents: T[]): Promise<void> {
  try {
    await native.insertMany(documents as mongo.OptionalUnlessRequiredId<T>[], { ordered: false });
  } catch (error) {
    duplicatesOf(error);
  }
}

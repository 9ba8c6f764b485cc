import { createHash } from 'node:crypto';
import type { mongo } from 'mongoose';
import { bounded } from './bounded.ts';
import { asText, byId, byIds, removeIds, upsertAll, type Database, type Keyed } from './collection.ts';

/** Records that the CRM was asked for (contract 2, `crm.reads`), until whoever asked has closed it. */
export interface CrmReading {
  readId: string;
  /** ms; when the question was sent last */
  askedAt: number;
  /** ms; when something of the answer was taken last */
  heardAt: number | null;
  /** how many records the CRM says it sent; null until its end has come */
  count: number | null;
  /** distinct records that were taken */
  received: number;
}

interface ReadingDocument extends Keyed {
  askedAt: number;
  heardAt: number | null;
  count: number | null;
}

interface PartDocument extends Keyed {
  /** digests of record ids */
  keys: string[];
}

/** The records of one reading are spread over so many documents, so that each stays small. */
const parts = 16;

export type CrmReads = ReturnType<typeof openCrmReads>;

/**
 * The answers to `crm.reads` that are on their way. Records may come again and on other partitions than the end, so
 * distinct ones are counted. A small register: closed readings leave nothing.
 */
export function openCrmReads(database: Database) {
  const { native } = database.open<ReadingDocument>({
    name: 'crm_reads',
    fields: { askedAt: Number, heardAt: Number, count: Number },
  });
  const { native: received } = database.open<PartDocument>({
    name: 'crm_read_records',
    fields: { keys: [String] },
  });

  async function sizeOf(readId: string): Promise<number> {
    const found = await received.find(byIds(partIds(readId))).toArray();
    return found.reduce((sum, { keys }) => sum + keys.length, 0);
  }

  return bounded('crmReads', {
    /** Enters a question, or says that an open one is asked again; what was received of it stays. */
    async open(readId: string, at: number): Promise<void> {
      await upsertAll(
        received,
        partIds(readId).map((_id) => ({
          updateOne: { filter: { _id }, update: { $setOnInsert: { keys: [] } }, upsert: true },
        })) as mongo.AnyBulkWriteOperation<PartDocument>[],
      );
      const operation: mongo.AnyBulkWriteOperation<ReadingDocument> = {
        updateOne: {
          filter: { _id: asText(readId) },
          update: { $set: { askedAt: at }, $setOnInsert: { heardAt: null, count: null } },
          upsert: true,
        },
      };
      await upsertAll(native, [operation]);
    },

    /** Counts records that were taken; of a reading that is closed nothing is kept. */
    async note(records: readonly { readId: string; dataId: string }[], at: number): Promise<void> {
      if (records.length === 0) return;
      // No upsert: whatever comes after the close must leave nothing behind.
      await received.bulkWrite(additionsOf(records), { ordered: false });
      const readIds = [...new Set(records.map(({ readId }) => readId))];
      await native.updateMany(byIds(readIds), { $set: { heardAt: at } });
    },

    /** The CRM says that it has sent everything. */
    async end(readId: string, count: number, at: number): Promise<void> {
      await native.updateOne(byId(readId), { $set: { count, heardAt: at } });
    },

    /** Null when it is not open. */
    async get(readId: string): Promise<CrmReading | null> {
      const found = await native.findOne(byId(readId) as mongo.Filter<ReadingDocument>);
      if (found === null) return null;
      const { askedAt, heardAt, count } = found;
      return { readId, askedAt, heardAt, count, received: await sizeOf(readId) };
    },

    /** Removes questions that were asked before `before` (ms) and never closed: whoever asked was ended meanwhile. */
    async removeOlderThan(before: number): Promise<void> {
      const old = await native.find({ askedAt: { $lt: before } }).toArray();
      const readIds = old.map(({ _id }) => _id);
      await removeIds(received, readIds.flatMap(partIds));
      await removeIds(native, readIds);
    },

    async close(readId: string): Promise<void> {
      await removeIds(native, [asText(readId)]);
      await removeIds(received, partIds(readId));
    },
  });
}

function additionsOf(
  records: readonly { readId: string; dataId: string }[],
): mongo.AnyBulkWriteOperation<PartDocument>[] {
  const byPart = new Map<string, string[]>();
  for (const { readId, dataId } of records) {
    const { part, key } = placeOf(readId, dataId);
    byPart.set(part, [...(byPart.get(part) ?? []), key]);
  }
  return [...byPart].map(([_id, keys]) => ({
    updateOne: { filter: { _id }, update: { $addToSet: { keys: { $each: keys } } } },
  }));
}

function partIds(readId: string): string[] {
  return Array.from({ length: parts }, (_, part) => `${asText(readId)}#${String(part)}`);
}

function placeOf(readId: string, dataId: string): { part: string; key: string } {
  const digest = createHash('sha256').update(dataId).digest();
  return {
    part: `${asText(readId)}#${String((digest[0] ?? 0) % parts)}`,
    key: digest.subarray(1, 13).toString('base64url'),
  };
}

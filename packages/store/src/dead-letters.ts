import { parseJson, stringifyJson } from '@syncline/contract';
import { bounded, longLimitMs } from './bounded.ts';
import type { mongo } from 'mongoose';
import {
  asText,
  byId,
  upsertAll,
  type Collection,
  type CollectionSpec,
  type Database,
  type Keyed,
} from './collection.ts';
import { readPage, walkSelection, type Page, type PageRequest } from './paging.ts';
import { createRetention } from './retention.ts';

/** A message that no one could read, as the console shows it (contract 2, `sync.dead-letters`). */
export interface DeadLetter {
  /** where it was, not where the dead letter is */
  topic: string;
  partition: number;
  offset: number;
  key: string | null;
  value: Buffer | null;
  headers: Record<string, string>;
  reason: string;
  /** ms */
  at: number;
  /** more of the value than is kept was there */
  isCut?: boolean;
  /** a person had it sent to its topic again; `sentAt` is null while that is under way */
  sentBack?: { by: string; at: number; sentAt: number | null } | null;
}

interface LetterDocument extends Keyed, Omit<DeadLetter, 'headers'> {
  /** JSON text, as header names come from outside */
  headers: string;
}

export interface DeadLetterFilter extends PageRequest {
  topic?: string;
}

/** Which letters are to be sent back. */
export interface LettersWanted {
  /** `topic/partition/offset` */
  ids?: readonly string[];
  topic?: string;
  /** in the reason or the key */
  text?: string;
  /** ms: [from, to) */
  from?: number;
  to?: number;
  /** those that were sent back already, too */
  isSentBack: boolean;
}

/** Of a longer value the beginning is kept; all of it is on the topic. */
const maxValueBytes = 1024 * 1024;

const letterSpec: CollectionSpec = {
  name: 'dead_letters',
  fields: {
    topic: String,
    partition: Number,
    offset: Number,
    key: String,
    value: Buffer,
    headers: String,
    reason: String,
    at: Number,
    isCut: Boolean,
    sentBack: { by: String, at: Number, sentAt: Number },
  },
  indexes: [{ keys: { at: -1, _id: -1 }, for: 'scans' }],
};

export type DeadLetters = ReturnType<typeof openDeadLetters>;

export function openDeadLetters(database: Database) {
  const letters = database.open<LetterDocument>(letterSpec);
  const removeOldest = createRetention(letters, 'at');

  return bounded(
    'deadLetters',
    {
      /** The same message again changes nothing. */
      add(found: readonly DeadLetter[]): Promise<void> {
        const operations = found.map(toDocument).map(({ _id, ...document }) => ({
          updateOne: { filter: { _id }, update: { $setOnInsert: document }, upsert: true },
        }));
        return upsertAll(letters.native, operations as mongo.AnyBulkWriteOperation<LetterDocument>[]);
      },

      /** How many there are, as the store keeps count. */
      count(): Promise<number> {
        return letters.native.estimatedDocumentCount();
      },

      /** Newest first. */
      list({ after, limit, ...filter }: DeadLetterFilter): Promise<Page<DeadLetter>> {
        return readPage(letters, { filter, sortBy: 'at', after, limit, read: toLetter });
      },

      ...sendingVerbs(letters),

      /** Removes at most `limit` letters found before `before` (ms); returns how many. */
      async removeOlderThan(before: number, limit: number): Promise<number> {
        return (await removeOldest(before, limit)).length;
      },
    },
    { list: longLimitMs, idsOf: longLimitMs, removeOlderThan: longLimitMs },
  );
}

/** What sending letters back needs. */
function sendingVerbs(letters: Collection<LetterDocument>) {
  const { native } = letters;
  const named = (id: string) => byId(id) as mongo.Filter<LetterDocument>;
  return {
    async get(id: string): Promise<DeadLetter | null> {
      const found = await native.findOne(named(id));
      return found === null ? null : toLetter(found);
    },

    /** The letters that are wanted, in the order of their topics' partitions: at most `limit`. */
    async idsOf({ ids, topic, text, from, to, isSentBack }: LettersWanted, limit: number): Promise<string[]> {
      const found = await walkSelection(letters, {
        filter: { _id: ids, topic, 'sentBack.sentAt': isSentBack ? undefined : null },
        ranges: { at: { from, to } },
        contains: { paths: ['reason', 'key'], text },
        after: '',
        limit,
        only: ['topic', 'partition', 'offset'],
      });
      return found.sort(byPlace).map(({ _id }) => _id);
    },

    /** Makes it this person's to send, unless another has sent it, or is about to. */
    async claim(
      id: string,
      { by, now, staleBefore, again }: { by: string; now: number; staleBefore: number; again: boolean },
    ): Promise<boolean> {
      const abandoned = { 'sentBack.sentAt': null, 'sentBack.at': { $lt: staleBefore } };
      const sent = again ? [{ 'sentBack.sentAt': { $gt: 0 } }] : [];
      const free = { $or: [{ sentBack: null }, abandoned, ...sent] } as mongo.Filter<LetterDocument>;
      const update = { $set: { sentBack: { by: asText(by), at: now, sentAt: null } } };
      const { matchedCount } = await native.updateOne({ ...named(id), ...free }, update);
      return matchedCount === 1;
    },

    async noteSent(id: string, at: number): Promise<void> {
      await native.updateOne(named(id), {
        $set: { 'sentBack.sentAt': at },
      });
    },

    /** It could not be sent. */
    async release(id: string): Promise<void> {
      await native.updateOne(named(id), { $set: { sentBack: null } });
    },
  };
}

function byPlace(a: LetterDocument, b: LetterDocument): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1;
  return a.partition - b.partition || a.offset - b.offset;
}

function toDocument({ headers, value, ...rest }: DeadLetter): LetterDocument {
  const { topic, partition, offset } = rest;
  return {
    _id: `${topic}/${String(partition)}/${String(offset)}`,
    ...rest,
    value: value?.subarray(0, maxValueBytes) ?? null,
    isCut: (value?.length ?? 0) > maxValueBytes,
    sentBack: null,
    headers: stringifyJson(headers),
  };
}

function toLetter({ _id, headers, ...rest }: LetterDocument): DeadLetter {
  return { ...rest, headers: parseJson(headers) as Record<string, string> };
}

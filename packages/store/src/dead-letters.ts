import { parseJson, stringifyJson } from '@syncline/contract';
import { bounded, longLimitMs } from './bounded.ts';
import { upsertAll, type CollectionSpec, type Database, type Keyed } from './collection.ts';
import { readPage, type Page, type PageRequest } from './paging.ts';
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
}

interface LetterDocument extends Keyed, Omit<DeadLetter, 'headers'> {
  /** JSON text, as header names come from outside */
  headers: string;
}

export interface DeadLetterFilter extends PageRequest {
  topic?: string;
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
        const operations = found.map(toDocument).map((document) => ({
          replaceOne: { filter: { _id: document._id }, replacement: document, upsert: true },
        }));
        return upsertAll(letters.native, operations);
      },

      /** How many there are, as the store keeps count. */
      count(): Promise<number> {
        return letters.native.estimatedDocumentCount();
      },

      /** Newest first. */
      list({ after, limit, ...filter }: DeadLetterFilter): Promise<Page<DeadLetter>> {
        return readPage(letters, { filter, sortBy: 'at', after, limit, read: toLetter });
      },

      /** Removes at most `limit` letters found before `before` (ms); returns how many. */
      async removeOlderThan(before: number, limit: number): Promise<number> {
        return (await removeOldest(before, limit)).length;
      },
    },
    { list: longLimitMs, removeOlderThan: longLimitMs },
  );
}

function toDocument({ headers, value, ...rest }: DeadLetter): LetterDocument {
  const { topic, partition, offset } = rest;
  return {
    _id: `${topic}/${String(partition)}/${String(offset)}`,
    ...rest,
    value: value?.subarray(0, maxValueBytes) ?? null,
    headers: stringifyJson(headers),
  };
}

function toLetter({ _id, headers, ...rest }: LetterDocument): DeadLetter {
  return { ...rest, headers: parseJson(headers) as Record<string, string> };
}

import { createHash } from 'node:crypto';
import type { Side } from '@syncline/contract';
import type { mongo } from 'mongoose';
import { bounded, longLimitMs } from './bounded.ts';
import { asText, removeIds, upsertAll, type Database, type Keyed } from './collection.ts';

/** A record that a link task has read. */
export interface LinkRecord {
  /** of the task */
  run: string;
  side: Side;
  /** records of equal values have equal keys; '' when a value is missing */
  key: string;
  dataId: string;
  name: string;
  /** the values, for people */
  value: string;
}

type RecordDocument = Keyed & LinkRecord;

/** A record's place in the order of `walk`. */
export interface LinkPlace {
  key: string;
  id: string;
}

const maxPage = 1000;
const batchSize = 500;

export type LinkRecords = ReturnType<typeof openLinkRecords>;

/** What the two sides of a stream hold, while it is being paired. */
export function openLinkRecords(database: Database) {
  const { native } = database.open<RecordDocument>({
    name: 'link_records',
    fields: { run: String, side: String, key: String, dataId: String, name: String, value: String },
    indexes: [{ keys: { run: 1, key: 1, _id: 1 }, for: 'scans' }],
  });

  function find(run: string, more: mongo.Document, limit: number): Promise<RecordDocument[]> {
    const filter = { run: { $eq: asText(run) }, ...more } as mongo.Filter<RecordDocument>;
    return native.find(filter, { sort: { key: 1, _id: 1 }, limit, batchSize }).toArray();
  }

  return bounded(
    'linkRecords',
    {
      /** Keeps what was read; a record that comes again takes its own place. */
      put(read: readonly LinkRecord[]): Promise<void> {
        const documents = new Map(read.map((one) => [idOf(one), one]));
        const operations = [...documents].map(([_id, replacement]) => ({
          replaceOne: { filter: { _id }, replacement, upsert: true },
        }));
        return upsertAll(native, operations);
      },

      /** Records of equal values come one after the other. */
      async walk(
        run: string,
        after: LinkPlace | null,
        limit: number,
      ): Promise<(LinkRecord & { id: string })[]> {
        const most = Math.min(Math.max(1, limit), maxPage);
        // Two questions that an index answers, in place of one with `$or`, for which the embedded store scans.
        const same =
          after === null ? [] : { key: { $eq: asText(after.key) }, _id: { $gt: asText(after.id) } };
        const first = Array.isArray(same) ? [] : await find(run, same, most);
        const beyond = after === null ? {} : { key: { $gt: asText(after.key) } };
        const rest = first.length < most ? await find(run, beyond, most - first.length) : [];
        return [...first, ...rest].map(({ _id, ...record }) => ({ id: _id, ...record }));
      },

      /** Removes some of what a reading has left; how many. */
      async removeSome(run: string, limit: number): Promise<number> {
        const found = await find(run, {}, Math.min(limit, maxPage));
        await removeIds(
          native,
          found.map(({ _id }) => _id),
        );
        return found.length;
      },
    },
    { walk: longLimitMs, removeSome: longLimitMs },
  );
}

/** What a record is matched by: its values, compared as text without the space around them. */
export function linkKeyOf(values: readonly string[]): { key: string; value: string } {
  const texts = values.map((value) => value.trim());
  const value = texts.join(' / ').slice(0, 200);
  const isWhole = texts.length > 0 && !texts.includes('');
  const key = isWhole ? createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 32) : '';
  return { key, value };
}

function idOf({ run, side, dataId }: LinkRecord): string {
  return `${run}/${side}/${dataId}`;
}

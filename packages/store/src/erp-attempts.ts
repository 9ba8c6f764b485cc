import type { mongo } from 'mongoose';
import { bounded, longLimitMs } from './bounded.ts';
import { byIds, asText, type CollectionSpec, type Database, type Keyed } from './collection.ts';
import { duplicatesOf } from './failure.ts';
import { createRetention } from './retention.ts';

/** A create that is about to leave, and then what became of it (design, "A create is guarded"). */
export interface ErpAttempt {
  /** `${syncId}/${attempt}` */
  id: string;
  rowId: string;
  tenantId: string;
  dataCenterId: string;
  /** ms */
  startedAt: number;
  /** ms; it is not sent after this */
  deadline: number;
  /** JSON text of the `ErpWriteResult`; null while open */
  result: string | null;
}

type AttemptDocument = Keyed & Omit<ErpAttempt, 'id'>;

const attemptSpec: CollectionSpec = {
  name: 'erp_attempts',
  fields: {
    rowId: String,
    tenantId: String,
    dataCenterId: String,
    startedAt: Number,
    deadline: Number,
    result: String,
  },
  indexes: [{ keys: { startedAt: 1 }, for: 'scans' }],
};

export type ErpAttempts = ReturnType<typeof openErpAttempts>;

export function openErpAttempts(database: Database) {
  const attempts = database.open<AttemptDocument>(attemptSpec);
  const removeOldest = createRetention(attempts, 'startedAt');

  async function readMany(ids: readonly string[]): Promise<Map<string, ErpAttempt>> {
    const found = await attempts.native.find(byIds(ids) as mongo.Filter<AttemptDocument>).toArray();
    return new Map(found.map(({ _id, ...rest }) => [_id, { id: _id, ...rest }]));
  }

  return bounded(
    'erpAttempts',
    {
      /**
       * Stores each attempt before it leaves.
       * @returns for each id `opened`: send it; or the attempt that was there: never send that again unasked. After a lost
       *   answer one's own attempt is reported as there, which costs a question and no second create.
       */
      async open(wanted: readonly Omit<ErpAttempt, 'result'>[]): Promise<Map<string, ErpAttempt | 'opened'>> {
        const answers = new Map<string, ErpAttempt | 'opened'>(wanted.map(({ id }) => [id, 'opened']));
        if (wanted.length === 0) return answers;
        try {
          await attempts.native.insertMany(
            wanted.map(({ id, ...rest }) => ({ _id: id, ...rest, result: null })),
            { ordered: false },
          );
        } catch (error) {
          const there = duplicatesOf(error).flatMap((index) => wanted[index]?.id ?? []);
          for (const [id, attempt] of await readMany(there)) answers.set(id, attempt);
        }
        return answers;
      },

      /** Stores what became of attempts, before it is published. */
      async close(outcomes: readonly { id: string; result: string }[]): Promise<void> {
        if (outcomes.length === 0) return;
        const operations = outcomes.map(({ id, result }) => ({
          updateOne: { filter: { _id: asText(id) }, update: { $set: { result } } },
        }));
        await attempts.native.bulkWrite(operations, { ordered: false });
      },

      readMany,

      /** Removes at most `limit` attempts begun before `before` (ms); returns how many. */
      async removeOlderThan(before: number, limit: number): Promise<number> {
        return (await removeOldest(before, limit)).length;
      },
    },
    { removeOlderThan: longLimitMs },
  );
}

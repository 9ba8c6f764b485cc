import { bounded } from './bounded.ts';
import { asText, removeIds, upsertAll, type Database, type Keyed } from './collection.ts';

/** A sync whose hook `after` is still to be run. */
export interface AfterHook {
  syncId: string;
  /** what the hook is to be told, as JSON text */
  text: string;
  /** ms */
  confirmedAt: number;
}

export interface ClaimedAfterHook extends AfterHook {
  /** how often it was begun, this time included */
  starts: number;
}

interface AfterHookDocument extends Keyed {
  text: string;
  confirmedAt: number;
  dueAt: number;
  starts: number;
}

export type AfterHooks = ReturnType<typeof openAfterHooks>;

/** A small collection, emptied when done: whoever claims an entry runs it, and others only when that took too long. */
export function openAfterHooks(database: Database) {
  const { native } = database.open<AfterHookDocument>({
    name: 'after_hooks',
    fields: { text: String, confirmedAt: Number, dueAt: Number, starts: Number },
    indexes: [
      { keys: { _id: 1, dueAt: 1 }, unique: true, for: 'exact' },
      { keys: { dueAt: 1 }, for: 'scans' },
    ],
  });

  return bounded('afterHooks', {
    /** One that is there already is begun anew. */
    async add(hooks: readonly AfterHook[]): Promise<void> {
      if (hooks.length === 0) return;
      const operations = hooks.map(({ syncId, text, confirmedAt }) => ({
        replaceOne: {
          filter: { _id: asText(syncId) },
          replacement: { _id: syncId, text, confirmedAt, dueAt: confirmedAt, starts: 0 },
          upsert: true,
        },
      }));
      await upsertAll(native, operations);
    },

    /**
     * Takes what is due at `now`, the longest overdue first; until `until` nobody else does.
     * Its start is counted before it is run, so that one that ends its process is not begun for ever.
     */
    async claim({
      now,
      until,
      limit,
    }: {
      now: number;
      until: number;
      limit: number;
    }): Promise<ClaimedAfterHook[]> {
      const due = await native
        .find({ dueAt: { $lte: now } } as object)
        .sort({ dueAt: 1 })
        .limit(limit)
        .toArray();
      const claimed: ClaimedAfterHook[] = [];
      for (const { _id, dueAt, starts, text, confirmedAt } of due) {
        const { modifiedCount } = await native.updateOne(
          { _id, dueAt },
          { $set: { dueAt: until, starts: starts + 1 } },
        );
        if (modifiedCount === 1) claimed.push({ syncId: _id, text, confirmedAt, starts: starts + 1 });
      }
      return claimed;
    },

    remove(syncIds: readonly string[]): Promise<void> {
      return removeIds(native, syncIds);
    },
  });
}

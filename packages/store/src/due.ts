import { bounded } from './bounded.ts';
import type { Database } from './collection.ts';
import { openRowRegister, type RowRef } from './row-register.ts';

/** When a row is to be looked at again: retries, waits, unfinished effects. */
export interface Due {
  rowId: string;
  /** ms */
  at: number;
  /** the row's version that asks for it; an older one changes nothing then */
  version?: number;
}

export type DueTimes = ReturnType<typeof openDueTimes>;

export function openDueTimes(database: Database) {
  const due = openRowRegister<{ at: number }>(database, {
    name: 'due',
    fields: { at: Number },
    scans: [{ 'slot.at': 1 }],
  });

  return bounded('due', {
    /** One time a row: a later call moves it. */
    set(times: readonly Due[]): Promise<void> {
      return due.put(times.map(({ rowId, version, at }) => ({ rowId, version, value: { at } })));
    },

    clear(rows: readonly RowRef[]): Promise<void> {
      return due.remove(rows);
    },

    /** What is due at `now` (ms), the longest overdue first. */
    async next(now: number, limit: number): Promise<Due[]> {
      const found = await due.native
        .find({ 'slot.at': { $lte: now } } as object)
        .sort({ 'slot.at': 1 })
        .limit(limit)
        .toArray();
      return found.map(({ _id, slot }) => ({ rowId: _id, at: slot.at, version: slot.version }));
    },
  });
}

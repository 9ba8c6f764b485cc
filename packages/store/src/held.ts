import { bounded } from './bounded.ts';
import { asText, type Database } from './collection.ts';
import { openRowRegister, type RowRef } from './row-register.ts';

/** A row whose stream is off: it keeps the newest state until the stream goes on (design, "A stream that is off holds"). */
export interface Held {
  rowId: string;
  streamId: string;
  /** the row's version that holds; an older removal leaves it then */
  version?: number;
}

export type HeldRows = ReturnType<typeof openHeldRows>;

export function openHeldRows(database: Database) {
  const held = openRowRegister<{ streamId: string }>(database, {
    name: 'held',
    fields: { streamId: String },
    scans: [{ 'slot.streamId': 1 }],
  });

  return bounded('held', {
    add(rows: readonly Held[]): Promise<void> {
      return held.put(rows.map(({ rowId, version, streamId }) => ({ rowId, version, value: { streamId } })));
    },

    remove(rows: readonly RowRef[]): Promise<void> {
      return held.remove(rows);
    },

    /** How many rows each stream holds; streams that hold none are left out. */
    async counts(): Promise<Map<string, number>> {
      const groups = [{ $group: { _id: '$slot.streamId', count: { $sum: 1 } } }];
      const found = await held.native.aggregate<{ _id: string; count: number }>(groups).toArray();
      return new Map(found.map(({ _id, count }) => [_id, count]));
    },

    async ofStreams(streamIds: readonly string[], limit: number): Promise<Held[]> {
      const found = await held.native
        .find({ 'slot.streamId': { $in: streamIds.map(asText) } } as object)
        .limit(limit)
        .toArray();
      return found.map(({ _id, slot }) => ({ rowId: _id, ...slot }));
    },
  });
}

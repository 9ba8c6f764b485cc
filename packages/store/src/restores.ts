import { bounded } from './bounded.ts';
import { byId, type Database, type Keyed } from './collection.ts';

/** What became of this store's last restore from a backup. */
export interface Restore {
  /**
   * - `loading`: documents are being written; nothing may run on the store
   * - `loaded`: they are all there; what follows from the rows has not been stated yet
   * - `stated`: mapping has stated it, and works
   * - `finished`: what happened after the backup was looked for on both sides
   */
  state: 'loading' | 'loaded' | 'stated' | 'finished';
  /** of the file, so that a restore that broke off is begun anew with the same one alone */
  checksum: string;
  /** how often this store's contents were restored, those before the backup included */
  count: number;
  /** ms; what was acknowledged before it is in the backup */
  begunAt: number;
  /** ms */
  restoredAt: number;
  /** streams that the restore turned off, as they may not create anything before both sides are compared */
  streamsOff: string[];
}

type RestoreDocument = Keyed & Restore;

const only = 'current';

export type Restores = ReturnType<typeof openRestores>;

/** One document: that of the last restore. */
export function openRestores(database: Database) {
  const { native } = database.open<RestoreDocument>({
    name: 'restores',
    fields: {
      state: String,
      checksum: String,
      count: Number,
      begunAt: Number,
      restoredAt: Number,
      streamsOff: [String],
    },
  });

  return bounded('restores', {
    /** Null when nothing was ever restored here. */
    async current(): Promise<Restore | null> {
      const found = await native.findOne(byId(only));
      if (found === null) return null;
      const { _id, ...restore } = found;
      return restore;
    },

    async set(restore: Restore): Promise<void> {
      await native.replaceOne(byId(only), restore, { upsert: true });
    },

    async move(from: Restore['state'], to: Restore['state']): Promise<void> {
      await native.updateOne({ ...byId(only), state: { $eq: from } }, { $set: { state: to } });
    },

    /** One stream is on again, or stays off for good. */
    async settle(streamId: string): Promise<void> {
      await native.updateOne(byId(only), { $pull: { streamsOff: streamId } });
    },
  });
}

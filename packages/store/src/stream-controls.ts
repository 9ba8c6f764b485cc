import type { mongo } from 'mongoose';
import { bounded } from './bounded.ts';
import { asText, byId, upsertAll, type Database, type Keyed } from './collection.ts';
import { isDuplicateKey } from './failure.ts';

/** What operators set about a stream while it runs, beside its config: applying that changes none of it. */
export interface StreamControl {
  streamId: string;
  /** null while it is not paused */
  paused: { by: string; reason: string; at: number } | null;
  /** records a second that go on once it is on again; null for the usual */
  drainRate: number | null;
}

interface ControlDocument extends Keyed {
  paused?: StreamControl['paused'];
  drainRate?: number | null;
  /** ms; what is held may go on from then on */
  drainAt?: number;
}

export type StreamControls = ReturnType<typeof openStreamControls>;

/** One small document for each stream that an operator has ever paused, or that has drained. */
export function openStreamControls(database: Database) {
  const { native } = database.open<ControlDocument>({
    name: 'stream_controls',
    fields: { paused: { by: String, reason: String, at: Number }, drainRate: Number, drainAt: Number },
  });

  return bounded('streamControls', {
    async all(): Promise<StreamControl[]> {
      const found = await native.find({}, { projection: { drainAt: 0 } }).toArray();
      return found.map(({ _id, paused = null, drainRate = null }) => ({ streamId: _id, paused, drainRate }));
    },

    async set(streamId: string, control: Partial<Omit<StreamControl, 'streamId'>>): Promise<void> {
      const update = { filter: { _id: asText(streamId) }, update: { $set: control }, upsert: true };
      await upsertAll(native, [{ updateOne: update }] as mongo.AnyBulkWriteOperation<ControlDocument>[]);
    },

    /**
     * May what a stream holds go on now? Of all processes that ask, one is told so, and then nobody before `until` (ms): so
     * that the pace is kept however many there are, and whoever dies holds nothing up.
     */
    async takeTurn({
      streamId,
      now,
      until,
    }: {
      streamId: string;
      now: number;
      until: number;
    }): Promise<boolean> {
      const free = { $or: [{ drainAt: { $lte: now } }, { drainAt: null }] };
      try {
        const filter = { ...byId(streamId), ...free } as unknown as mongo.Filter<ControlDocument>;
        const result = await native.updateOne(filter, { $set: { drainAt: until } }, { upsert: true });
        return result.matchedCount + result.upsertedCount === 1;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
  });
}

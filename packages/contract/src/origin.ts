import { z } from 'zod';

const id = z.string().min(1);

/**
 * The batch that a record came with: a window of polling, a historical sync task, or both. It travels with the record until
 * its fate is decided, and is counted there. A batch names a record once, however often it reads it.
 */
export const originSchema = z.object({ windowId: id.optional(), taskId: id.optional() });
export type Origin = z.infer<typeof originSchema>;

/** What became of the records of a batch, for each stream that takes them. */
export interface FateCounts {
  /** the other side confirmed a write */
  changed: number;
  /** of those, how many it created */
  created: number;
  /** there was nothing to write: known already, an echo, not in the filter, not triggered, overtaken by a newer state */
  unchanged: number;
  /** failed, or nobody knows whether the write happened; a person has to act */
  errors: number;
  /** not decided yet: in flight, queued, waiting for another record or for the next attempt, held */
  waiting: number;
}

export function noFates(): FateCounts {
  return { changed: 0, created: 0, unchanged: 0, errors: 0, waiting: 0 };
}

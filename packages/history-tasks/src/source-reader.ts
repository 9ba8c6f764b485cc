import type { HistoryTask } from '@syncline/store';
import type { Pacer } from './pacer.ts';
import type { Slice } from './slices.ts';

/** What a reader of slices is given beside the slice. */
export interface SliceContext {
  /** the task as it stood when this process took it, with its newest cursor */
  task: HistoryTask;
  /** aborts when the task is paused, stopped or another's, or the process stops: leave what is not begun */
  signal: AbortSignal;
  /** the lease's number: names what an earlier owner may have begun */
  fence: number;
  /** lets so many records a second go on */
  pace: Pacer;
  /** shows how many records of this slice are on their way */
  show(records: number): void;
}

export interface SliceRead {
  /** records that mapping was given */
  records: number;
  /** what could not be had, or was done without; null when all is well */
  problem: string | null;
  /** where the cursor stands then, if more than the slice was read */
  end?: number;
}

/** One side's way of being asked for its past. */
export interface SourceReader {
  /** How much is asked for at once at most: time, and ids. */
  sizes: { ms: number; ids: number };
  /** after a slice with more records than this the next ones are smaller */
  mostRecords: number;
  /** How many records a task is about, as the source says; null when it does not say. */
  total(context: SliceContext): Promise<number | null>;
  /**
   * Settles when mapping will be given every record of the slice, or has been.
   * @throws SliceLater when the source is away; anything else counts as a failed try
   */
  readSlice(slice: Slice, context: SliceContext): Promise<SliceRead>;
  /** Has mapping been given all that was read so far? Asked where its counts do not say so. */
  hasArrived(context: SliceContext): Promise<boolean>;
}

/** The source does not answer now: the slice is tried again, however long that takes. */
export class SliceLater extends Error {
  override readonly name = 'SliceLater';
}

import type { mongo } from 'mongoose';
import { asText, byId, type Keyed } from './collection.ts';
import type { HistoryLease, HistoryTaskState } from './history-task-record.ts';

/** What every durable task has that one process at a time runs. */
export interface Leased {
  state: HistoryTaskState;
  owner: string | null;
  /** ms; the lease ends then */
  until: number;
  /** rises by 1 with each lease */
  fence: number;
}

/** What the process that runs a task does with it. */
export interface LeaseVerbs<T, P> extends Record<string, (...args: never[]) => Promise<unknown>> {
  /** Takes a queued task, or one whose owner's lease has ended. @returns null when someone holds it, or it is over */
  lease(wanted: { taskId: string; owner: string; until: number; now: number }): Promise<T | null>;
  /** False when it is another's, or paused or stopped: leave it at once. */
  renew(lease: HistoryLease & { until: number }): Promise<boolean>;
  /** False, and nothing moves, when it is another's, or paused or stopped. */
  advance(lease: HistoryLease, set: Partial<P>): Promise<boolean>;
  /** Gives it back to be taken up at once, or ends it. */
  release(lease: HistoryLease, set: Partial<P> & { state?: HistoryTaskState }): Promise<boolean>;
}

/** @param onLease set anew whenever a process takes the task */
export function leaseVerbs<D extends Keyed & Leased, T, P>(
  native: mongo.Collection<D>,
  toTask: (document: D) => T,
  onLease: Partial<P> = {},
): LeaseVerbs<T, P> {
  /** Changes a task if it still runs under this lease; says whether it does. */
  async function change({ taskId, owner, fence }: HistoryLease, set: object): Promise<boolean> {
    const mine = { state: { $eq: 'running' }, owner: { $eq: asText(owner) }, fence: { $eq: fence } };
    const { matchedCount } = await native.updateOne(
      { ...byId(taskId), ...mine } as mongo.Filter<D>,
      { $set: set } as mongo.UpdateFilter<D>,
    );
    return matchedCount === 1;
  }

  return {
    async lease({ taskId, owner, until, now }) {
      const taken = await native.findOneAndUpdate(
        {
          ...byId(taskId),
          state: { $in: ['queued', 'running'] },
          until: { $lte: now },
        } as unknown as mongo.Filter<D>,
        {
          $set: { ...onLease, owner: asText(owner), until, state: 'running' },
          $inc: { fence: 1 },
        } as unknown as mongo.UpdateFilter<D>,
        { returnDocument: 'after' },
      );
      return taken === null ? null : toTask(taken as unknown as D);
    },
    renew: ({ until, ...lease }) => change(lease, { until }),
    advance: (lease, set) => change(lease, set),
    release: (lease, set) => change(lease, { ...set, owner: null, until: 0 }),
  };
}

import type { FateCounts } from '@syncline/contract';
import type { mongo } from 'mongoose';
import { bounded, longLimitMs } from './bounded.ts';
import { asText, byId, type Database } from './collection.ts';
import { addFates } from './fates.ts';
import {
  historyTaskSpec,
  toTask,
  type HistoryLease,
  type HistoryTask,
  type HistoryTaskDocument,
  type HistoryTaskProgress,
  type HistoryTaskState,
} from './history-task-record.ts';
import { readPage, type Page, type PageRequest } from './paging.ts';
import { createRetention } from './retention.ts';

export interface HistoryTaskFilter extends PageRequest {
  tenantId?: string;
  streamId?: string;
  state?: HistoryTaskState | readonly HistoryTaskState[];
}

type Tasks = mongo.Collection<HistoryTaskDocument>;

const named = (id: string) => byId(id) as mongo.Filter<HistoryTaskDocument>;

export type HistoryTasks = ReturnType<typeof openHistoryTasks>;

/** Historical sync tasks. Few and small: only what a person asked for. */
export function openHistoryTasks(database: Database) {
  const tasks = database.open<HistoryTaskDocument>(historyTaskSpec);
  const { native } = tasks;
  const removeOldest = createRetention(tasks, 'createdAt');

  return bounded(
    'historyTasks',
    {
      ...leaseVerbs(native),

      async add({ id, ...task }: HistoryTask): Promise<void> {
        await native.insertOne({ _id: asText(id), ...task });
      },

      async get(id: string): Promise<HistoryTask | null> {
        const found = await native.findOne(named(id));
        return found === null ? null : toTask(found);
      },

      /** Newest first; without their lists of ids. */
      list({ after, limit, ...filter }: HistoryTaskFilter): Promise<Page<HistoryTask>> {
        const options = { filter, sortBy: 'createdAt', without: 'ids', after, limit };
        return readPage(tasks, { ...options, read: (found) => toTask({ ...found, ids: null }) });
      },

      /** Moves a task from one of these states to another; says whether it was in one. */
      async move(
        id: string,
        from: readonly HistoryTaskState[],
        set: Partial<HistoryTaskProgress> & { state: HistoryTaskState },
      ): Promise<boolean> {
        const filter = { ...named(id), state: { $in: [...from] } } as mongo.Filter<HistoryTaskDocument>;
        const { matchedCount } = await native.updateOne(filter, { $set: { ...set, owner: null, until: 0 } });
        return matchedCount === 1;
      },

      /** Adds to what became of the records of tasks. */
      count(fates: ReadonlyMap<string, FateCounts>): Promise<void> {
        return addFates(native, fates);
      },

      async exclude(taskId: string, records: number): Promise<void> {
        await native.updateOne(named(taskId), { $inc: { excluded: records } });
      },

      /** Removes tasks that were asked for before `before` (ms); returns their ids. */
      removeOlderThan(before: number, limit: number): Promise<string[]> {
        return removeOldest(before, limit);
      },
    },
    { list: longLimitMs, removeOlderThan: longLimitMs },
  );
}

/** What the process that runs a task does with it. */
function leaseVerbs(native: Tasks) {
  /** Changes a task if it still runs under this lease; says whether it does. */
  async function change({ taskId, owner, fence }: HistoryLease, set: Partial<HistoryTask>): Promise<boolean> {
    const { matchedCount } = await native.updateOne(
      { ...named(taskId), state: { $eq: 'running' }, owner: { $eq: asText(owner) }, fence: { $eq: fence } },
      { $set: set },
    );
    return matchedCount === 1;
  }

  return {
    /** Takes a queued task, or one whose owner's lease has ended. @returns null when someone holds it, or it is over */
    async lease(wanted: {
      taskId: string;
      owner: string;
      until: number;
      now: number;
    }): Promise<HistoryTask | null> {
      const { taskId, owner, until, now } = wanted;
      const taken = await native.findOneAndUpdate(
        { ...named(taskId), state: { $in: ['queued', 'running'] }, until: { $lte: now } },
        { $set: { owner: asText(owner), until, state: 'running', inSlice: 0 }, $inc: { fence: 1 } },
        { returnDocument: 'after' },
      );
      return taken === null ? null : toTask(taken);
    },

    /** False when it is another's, or paused or stopped: leave it at once. */
    renew({ until, ...lease }: HistoryLease & { until: number }): Promise<boolean> {
      return change(lease, { until });
    },

    /** False, and nothing moves, when it is another's, or paused or stopped. */
    advance(lease: HistoryLease, set: Partial<HistoryTaskProgress>): Promise<boolean> {
      return change(lease, set);
    },

    /** Gives it back to be taken up at once, or ends it. */
    release(
      lease: HistoryLease,
      set: Partial<HistoryTaskProgress> & { state?: HistoryTaskState },
    ): Promise<boolean> {
      return change(lease, { ...set, owner: null, until: 0 });
    },
  };
}

import type { FateCounts } from '@syncline/contract';
import type { mongo } from 'mongoose';
import { bounded, longLimitMs } from './bounded.ts';
import { asText, byId, type Database } from './collection.ts';
import { addFates } from './fates.ts';
import {
  historyTaskSpec,
  toTask,
  type HistoryTask,
  type HistoryTaskDocument,
  type HistoryTaskProgress,
  type HistoryTaskState,
} from './history-task-record.ts';
import { leaseVerbs } from './leased-tasks.ts';
import { readPage, type Page, type PageRequest } from './paging.ts';
import { createRetention } from './retention.ts';

export interface HistoryTaskFilter extends PageRequest {
  tenantId?: string | readonly string[];
  streamId?: string;
  state?: HistoryTaskState | readonly HistoryTaskState[];
}

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
      ...leaseVerbs<HistoryTaskDocument, HistoryTask, HistoryTaskProgress>(native, toTask, { inSlice: 0 }),

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

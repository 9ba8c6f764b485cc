import type { FateCounts } from '@syncline/contract';
import { noFates } from '@syncline/contract';
import mongoose, { type mongo } from 'mongoose';
import { bounded, longLimitMs } from './bounded.ts';
import { asText, byId, type CollectionSpec, type Database, type Keyed } from './collection.ts';
import { addFates, fateFields, readFates } from './fates.ts';
import type { HistoryTaskState } from './history-task-record.ts';
import { leaseVerbs, type Leased } from './leased-tasks.ts';
import { readPage, type Page, type PageRequest } from './paging.ts';
import { createRetention } from './retention.ts';

/** What a person asked for, and never changes. */
export interface RetryTaskOrder {
  /** begins with `retry-`, so that what becomes of its records is counted here */
  id: string;
  tenantId: string;
  /** who asked for it */
  by: string;
  /** JSON text of which syncs are meant, as values come from outside */
  filter: string;
  /** as they are stored, or as their source shows them now */
  mode: 'stored' | 'fetch';
  /** records a second */
  rate: number;
  /** ms; syncs that changed later are not meant */
  createdAt: number;
}

/** How far it is. */
export interface RetryTaskProgress {
  /** all syncs up to this id are taken */
  cursor: string;
  /** syncs up to the cursor */
  read: number;
  /** how many are meant; null before they are counted */
  total: number | null;
  /** of those that were not tried again, how many for which reason */
  left: Record<string, number>;
  startedAt: number | null;
  endedAt: number | null;
  /** ms; since when it runs without a break, and how many were read then */
  runAt: number | null;
  runDone: number;
  lastError: string | null;
}

export interface RetryTask extends RetryTaskOrder, RetryTaskProgress, Leased {
  fates: FateCounts;
}

type TaskDocument = Keyed & Omit<RetryTask, 'id'>;

const named = (id: string) => byId(id) as mongo.Filter<TaskDocument>;

const taskSpec: CollectionSpec = {
  name: 'retry_tasks',
  fields: {
    tenantId: String,
    by: String,
    filter: String,
    mode: String,
    rate: Number,
    createdAt: Number,
    state: String,
    cursor: String,
    read: Number,
    total: Number,
    // Its keys are reasons of ours; it is never filtered by.
    left: mongoose.Schema.Types.Mixed,
    startedAt: Number,
    endedAt: Number,
    runAt: Number,
    runDone: Number,
    lastError: String,
    ...fateFields,
    owner: String,
    until: Number,
    fence: Number,
  },
  indexes: [
    { keys: { state: 1 }, for: 'scans' },
    { keys: { createdAt: -1, _id: -1 }, for: 'scans' },
  ],
};

export type RetryTasks = ReturnType<typeof openRetryTasks>;

/** Bulk retries. Few and small: only what a person asked for. */
export function openRetryTasks(database: Database) {
  const tasks = database.open<TaskDocument>(taskSpec);
  const { native } = tasks;
  const removeOldest = createRetention(tasks, 'createdAt');

  return bounded(
    'retryTasks',
    {
      ...leaseVerbs<TaskDocument, RetryTask, RetryTaskProgress>(native, toTask),

      async add(order: RetryTaskOrder): Promise<RetryTask> {
        const { id, ...task } = newTask(order);
        await native.insertOne({ _id: asText(id), ...task });
        return { id, ...task };
      },

      async get(id: string): Promise<RetryTask | null> {
        const found = await native.findOne(named(id));
        return found === null ? null : toTask(found);
      },

      /** Newest first. */
      list({
        after,
        limit,
        ...filter
      }: PageRequest & { tenantId?: string; state?: readonly HistoryTaskState[] }): Promise<Page<RetryTask>> {
        return readPage(tasks, { filter, sortBy: 'createdAt', after, limit, read: toTask });
      },

      /** Moves a task from one of these states to another; says whether it was in one. */
      async move(
        id: string,
        from: readonly HistoryTaskState[],
        set: Partial<RetryTaskProgress> & { state: HistoryTaskState },
      ): Promise<boolean> {
        const filter = { ...named(id), state: { $in: [...from] } } as mongo.Filter<TaskDocument>;
        const { matchedCount } = await native.updateOne(filter, { $set: { ...set, owner: null, until: 0 } });
        return matchedCount === 1;
      },

      /** Adds to what became of the records of tasks. */
      count(fates: ReadonlyMap<string, FateCounts>): Promise<void> {
        return addFates(native, fates);
      },

      /** Removes tasks that were asked for before `before` (ms); returns their ids. */
      removeOlderThan(before: number, limit: number): Promise<string[]> {
        return removeOldest(before, limit);
      },
    },
    { list: longLimitMs, removeOlderThan: longLimitMs },
  );
}

function newTask(order: RetryTaskOrder): RetryTask {
  return {
    ...order,
    state: 'queued',
    cursor: '',
    read: 0,
    total: null,
    left: {},
    startedAt: null,
    endedAt: null,
    runAt: null,
    runDone: 0,
    lastError: null,
    fates: noFates(),
    owner: null,
    until: 0,
    fence: 0,
  };
}

function toTask({ _id, ...rest }: TaskDocument): RetryTask {
  return { id: _id, ...rest, fates: readFates(rest.fates) };
}

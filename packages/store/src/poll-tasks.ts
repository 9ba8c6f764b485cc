import type { mongo } from 'mongoose';
import { bounded } from './bounded.ts';
import { byIds, asText, type CollectionSpec, type Database, type Keyed } from './collection.ts';
import { duplicatesOf } from './failure.ts';

/** One polled object, or the full sweep of one, and who polls it now. */
export interface PollTask {
  /** `tenantId/dataCenterId/objectApiName`; of a sweep with `/sweep` behind it */
  id: string;
  /** null when nobody holds it */
  owner: string | null;
  /** ms; the lease ends then, whatever its owner does */
  until: number;
  /** rises by 1 with each lease: who has an older one may change nothing any more */
  fence: number;
  /** ms; all changes before it are on the topic; null before the first window, and between two sweeps */
  checkpoint: number | null;
  /** in a row, for the delay before the next try */
  failures: number;
  lastError: string | null;
  /** ms; end of the last try */
  triedAt: number | null;
  /** ms; begin of the last run that read everything, or of the task itself: slots up to it need no run */
  servedAt: number | null;
}

/** A lease that the caller was given. */
export interface PollLease {
  taskId: string;
  owner: string;
  fence: number;
}

/** A window was read. */
export interface PollAdvance {
  /** all changes before it are on the topic; null: a sweep is over */
  checkpoint: number | null;
  at: number;
  /** see `PollTask`; absent: the run is not over */
  servedAt?: number | undefined;
}

/** Tasks of before there were schedules have no `servedAt`. */
type TaskDocument = Keyed & Omit<PollTask, 'id' | 'servedAt'> & Partial<Pick<PollTask, 'servedAt'>>;

const taskSpec: CollectionSpec = {
  name: 'poll_tasks',
  fields: {
    owner: String,
    until: Number,
    fence: Number,
    checkpoint: Number,
    failures: Number,
    lastError: String,
    triedAt: Number,
    servedAt: Number,
  },
};

export type PollTasks = ReturnType<typeof openPollTasks>;

export function openPollTasks(database: Database) {
  const { native } = database.open<TaskDocument>(taskSpec);

  /** Changes a task if the lease is still the newest one; says whether it was. */
  async function change(lease: PollLease, set: Partial<TaskDocument>): Promise<boolean> {
    const { matchedCount } = await native.updateOne(
      { _id: asText(lease.taskId), owner: { $eq: asText(lease.owner) }, fence: { $eq: lease.fence } },
      { $set: set },
    );
    return matchedCount === 1;
  }

  return bounded('pollTasks', {
    /** Makes tasks that are not there, as of `at` (ms); the others stay as they are. */
    async ensure(taskIds: readonly string[], at: number | null = null): Promise<void> {
      const there = await native.find(byIds(taskIds) as mongo.Filter<TaskDocument>).toArray();
      const known = new Set(there.map(({ _id }) => _id));
      const missing = taskIds.filter((id) => !known.has(id));
      if (missing.length === 0) return;
      await native
        .insertMany(
          missing.map((id) => toNew(id, at)),
          { ordered: false },
        )
        .catch(duplicatesOf);
    },

    /**
     * Takes a task that nobody holds, or whose lease ended before `now`.
     * @returns null when someone holds it; the caller's own lease is no exception, renew that one
     */
    async lease(wanted: {
      taskId: string;
      owner: string;
      until: number;
      now: number;
    }): Promise<PollTask | null> {
      const { taskId, owner, until, now } = wanted;
      const taken = await native.findOneAndUpdate(
        { _id: asText(taskId), until: { $lte: now } },
        { $set: { owner: asText(owner), until }, $inc: { fence: 1 } },
        { returnDocument: 'after' },
      );
      return taken === null ? null : toTask(taken);
    },

    /** False when another one has taken the task: stop at once. */
    renew({ until, ...lease }: PollLease & { until: number }): Promise<boolean> {
      return change(lease, { until });
    },

    release(lease: PollLease): Promise<boolean> {
      return change(lease, { owner: null, until: 0 });
    },

    /** False, and nothing moves, when another one has the task. */
    advance({ checkpoint, at, servedAt, ...lease }: PollLease & PollAdvance): Promise<boolean> {
      return change(lease, { checkpoint, failures: 0, lastError: null, triedAt: at, ...given({ servedAt }) });
    },

    /** A window failed; the checkpoint stays. */
    fail({
      failures,
      lastError,
      at,
      ...lease
    }: PollLease & { failures: number; lastError: string; at: number }) {
      return change(lease, { failures, lastError, triedAt: at });
    },

    async list(taskIds?: readonly string[]): Promise<PollTask[]> {
      const filter = taskIds === undefined ? {} : (byIds(taskIds) as mongo.Filter<TaskDocument>);
      const found = await native.find(filter).toArray();
      return found.map(toTask);
    },
  });
}

/** What is not given does not change. */
function given({ servedAt }: Pick<PollAdvance, 'servedAt'>): Partial<TaskDocument> {
  return servedAt === undefined ? {} : { servedAt };
}

function toNew(id: string, at: number | null): TaskDocument {
  return {
    _id: asText(id),
    owner: null,
    until: 0,
    fence: 0,
    checkpoint: null,
    failures: 0,
    lastError: null,
    triedAt: null,
    servedAt: at,
  };
}

function toTask({ _id, servedAt = null, ...rest }: TaskDocument): PollTask {
  return { id: _id, ...rest, servedAt };
}

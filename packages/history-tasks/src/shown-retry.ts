import { parseJson, type Json } from '@syncline/contract';
import type { RetryTask } from '@syncline/store';

/** A bulk retry as people see it. Of a record's several syncs the newest is tried, and the others are `left`. */
export function shownRetryTask(task: RetryTask, now: number) {
  const { id, tenantId, by, mode, rate, createdAt, state, startedAt, endedAt, lastError } = task;
  const { fates, left, read, total, runAt, runDone } = task;
  // What was settled meanwhile by something else, or tried by a process that died, is met no more.
  const done = state === 'finished' ? Math.max(read, total ?? 0) : read;
  const isRunning = state === 'running' && runAt !== null && now > runAt;
  const filter: Json = parseJson(task.filter);
  return {
    ...{ id, tenantId, by, mode, rate, createdAt, state, startedAt, endedAt, lastError, filter },
    progress: {
      done,
      total,
      created: fates.created,
      updated: fates.changed - fates.created,
      unchanged: fates.unchanged,
      failed: fates.errors,
      waiting: fates.waiting,
      left,
      ratePerSecond: isRunning ? Math.max(0, read - runDone) / ((now - runAt) / 1000) : null,
    },
  };
}

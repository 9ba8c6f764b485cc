import type { HistoryTask } from '@syncline/store';

/** What a person is shown. Errors count also where they come after the end, by a retry that was the last. */
export const shownStates = [
  'notYetDue',
  'queued',
  'running',
  'paused',
  'stopped',
  'finishedWithErrors',
  'finished',
] as const;
export type ShownState = (typeof shownStates)[number];

export function shownStateOf(task: HistoryTask, now: number): ShownState {
  const { state, startAt, fates, problems } = task;
  if (state === 'queued') return startAt > now ? 'notYetDue' : 'queued';
  if (state !== 'finished') return state;
  return fates.errors > 0 || problems.length > 0 ? 'finishedWithErrors' : 'finished';
}

export interface ShownProgress {
  /** records of which it is known what became of them */
  done: number;
  /** null while the source has not said */
  total: number | null;
  created: number;
  updated: number;
  /** nothing to write: unchanged, filtered, not triggered, overtaken by something newer */
  skipped: number;
  failed: number;
  /** in flight, queued, waiting for another record or the next attempt, held */
  waiting: number;
  /** read, and not taken by the task's condition */
  excluded: number;
  ratePerSecond: number | null;
  remainingMs: number | null;
}

export function doneOf({ fates, excluded }: Pick<HistoryTask, 'fates' | 'excluded'>): number {
  return fates.changed + fates.unchanged + fates.errors + excluded;
}

/** How many records mapping has taken, whether or not they are done. */
export function seenOf(task: Pick<HistoryTask, 'fates' | 'excluded'>): number {
  return doneOf(task) + task.fates.waiting;
}

export function readOf({ read, inSlice }: Pick<HistoryTask, 'read' | 'inSlice'>): number {
  return read + inSlice;
}

export function progressOf(task: HistoryTask, now: number): ShownProgress {
  const { fates, excluded } = task;
  const done = doneOf(task);
  const total = totalOf(task, done);
  const ratePerSecond = rateOf(task, done, now);
  return {
    done,
    total,
    created: fates.created,
    updated: fates.changed - fates.created,
    skipped: fates.unchanged,
    failed: fates.errors,
    waiting: fates.waiting,
    excluded,
    ratePerSecond,
    remainingMs: remainingOf(task, { done, total, ratePerSecond }),
  };
}

/** The source's word counts as an estimate: records come and go while they are read. */
function totalOf(task: HistoryTask, done: number): number | null {
  if (task.state === 'finished') return Math.max(task.read, done);
  return task.total === null ? null : Math.max(task.total, readOf(task), done);
}

function rateOf({ state, runAt, runDone }: HistoryTask, done: number, now: number): number | null {
  if (state !== 'running' || runAt === null || now <= runAt) return null;
  return Math.max(0, done - runDone) / ((now - runAt) / 1000);
}

function remainingOf(
  { state }: HistoryTask,
  { done, total, ratePerSecond }: Pick<ShownProgress, 'done' | 'total' | 'ratePerSecond'>,
): number | null {
  if (state !== 'running' || total === null || ratePerSecond === null || ratePerSecond === 0) return null;
  return Math.round(((total - done) / ratePerSecond) * 1000);
}

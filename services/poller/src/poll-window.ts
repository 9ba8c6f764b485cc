import { newTraceId, traceparentOf } from '@syncline/chassis';
import type { PollAdvance, PollWindow, PollWindowKind } from '@syncline/store';
import type { HeldTask } from './lease.ts';
import { ledgerEntry } from './ledger-entry.ts';
import { countWindow } from './metrics.ts';
import { createPageSource } from './page-source.ts';
import { readWindow, type Progress, type WindowRead } from './pages.ts';
import type { PollDeps } from './poll-deps.ts';
import { PollFailed, PollInterrupted } from './poll-failure.ts';
import type { ObjectAddress, PollTarget } from './tasks.ts';
import { reachOf, type Window } from './window.ts';

/** One window of a held task. */
export interface WindowJob {
  address: ObjectAddress;
  kind: PollWindowKind;
  target: PollTarget;
  held: HeldTask;
  /** ms; begin of the run that it is part of */
  startedAt: number;
  /** all changes before it are on the topic */
  checkpoint: number | null;
  /** in a row until now */
  failures: number;
  stopping: AbortSignal;
}

const showEveryMs = 1_000;

/**
 * Reads one window, entered in the ledger from its beginning to its end. The checkpoint moves once all of its pages are on
 * the topic, and only for the holder of the newest lease; before that a crash leaves it to be read again.
 * @throws PollInterrupted when it was left and no try is lost; anything else counts as a try
 */
export async function pollWindow(
  window: Window,
  job: WindowJob,
  deps: PollDeps,
): Promise<{ read: WindowRead; checkpoint: number }> {
  const { taskId, fence } = job.held.lease;
  const { startTime, endTime } = window;
  const openedAt = deps.clock.now();
  const entry = ledgerEntry({ taskId, ...job.address, kind: job.kind, startTime, endTime, fence, openedAt });
  await deps.store.pollWindows.open(entry);
  try {
    const read = await readWindow(
      sourceOf(entry, window, job, deps),
      limitsOf(job, deps),
      shower(entry, deps),
    );
    const checkpoint = await advance(window, read, job, deps);
    const status = read.shortage === null ? 'complete' : 'short';
    await close(entry, { ...progressOf(read), status, error: read.shortage }, deps);
    countWindow(status);
    return { read, checkpoint };
  } catch (error) {
    await giveUp(entry, error, job, deps);
    throw error;
  }
}

function sourceOf(entry: PollWindow, window: Window, job: WindowJob, deps: PollDeps) {
  const { address, target, held, stopping } = job;
  const context = {
    address,
    window,
    pageSize: target.poll.pageSize,
    windowId: entry.id,
    traceparent: traceparentOf(newTraceId()),
    signal: AbortSignal.any([stopping, held.lost]),
    lost: held.lost,
  };
  return createPageSource(context, deps);
}

function limitsOf({ target }: WindowJob, { maxPages }: PollDeps) {
  return { pageSize: target.poll.pageSize, maxPages };
}

/** Long windows show in the ledger how far they are; what cannot be shown now is shown later. */
function shower({ id }: PollWindow, { store, logger }: PollDeps): (progress: Progress) => void {
  let shownAt = performance.now();
  return (progress) => {
    const now = performance.now();
    if (now - shownAt < showEveryMs) return;
    shownAt = now;
    store.pollWindows.update(id, progress).catch((error: unknown) => {
      logger.debug('the progress of a window could not be shown', { windowId: id, error });
    });
  };
}

async function advance(window: Window, read: WindowRead, job: WindowJob, deps: PollDeps): Promise<number> {
  const { target, held } = job;
  const { erpTime } = read;
  const checkpoint = reachOf(window, job.checkpoint, { poll: target.poll, erpTime });
  if (checkpoint === null) throw clocksApart(erpTime ?? 0, deps.clock.now());
  const at = deps.clock.now();
  const isOurs = await deps.store.pollTasks.advance({
    ...held.lease,
    ...reached(checkpoint, window, job),
    at,
  });
  if (!isOurs) throw new PollInterrupted('another poller has taken the task over');
  return checkpoint;
}

/**
 * Increments have served their slots when the last slice is read; a crash before that leaves them due. A sweep shows by
 * its checkpoint that it goes on, and has none when it is over.
 */
function reached(
  checkpoint: number,
  { isSlice }: Window,
  { kind, startedAt }: WindowJob,
): Omit<PollAdvance, 'at'> {
  if (kind === 'sweep') return { checkpoint: isSlice ? checkpoint : null, servedAt: startedAt };
  return isSlice ? { checkpoint } : { checkpoint, servedAt: startedAt };
}

function clocksApart(erpTime: number, now: number): PollFailed {
  const [theirs, ours] = [new Date(erpTime), new Date(now)].map((date) => date.toISOString());
  return new PollFailed(
    'clocks-apart',
    `the ERP's clock says ${theirs ?? ''} and ours ${ours ?? ''}: set the wrong one right; what was read is on its way, and is read again`,
  );
}

/** The records are on the topic and the checkpoint has moved: a ledger that cannot be written changes nothing of that. */
async function close(
  { id }: PollWindow,
  end: Partial<Progress> & { status: 'complete' | 'short' | 'failed'; error: string | null },
  { store, clock, logger }: PollDeps,
): Promise<void> {
  try {
    await store.pollWindows.close(id, { ...end, closedAt: clock.now() });
  } catch (error) {
    logger.warn('the end of a window is missing in the ledger', { windowId: id, error });
  }
}

async function giveUp(entry: PollWindow, error: unknown, job: WindowJob, deps: PollDeps): Promise<void> {
  const isInterrupted = error instanceof PollInterrupted;
  countWindow(isInterrupted ? 'interrupted' : 'failed');
  const lastError = textOfError(error);
  if (!isInterrupted) {
    const failure = { ...job.held.lease, failures: job.failures + 1, lastError, at: deps.clock.now() };
    await deps.store.pollTasks.fail(failure).catch((again: unknown) => {
      deps.logger.warn('a failed try is not counted', { taskId: entry.taskId, error: again });
    });
  }
  await close(entry, { status: 'failed', error: lastError }, deps);
}

function textOfError(error: unknown): string {
  if (error instanceof PollFailed) return `${error.message} (${error.code})`;
  return error instanceof Error ? error.message : String(error);
}

function progressOf({ totalNum, received, pages, readings }: WindowRead): Progress {
  return { totalNum, received, pages, readings };
}

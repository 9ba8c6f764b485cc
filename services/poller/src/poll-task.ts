import type { PollWindowKind } from '@syncline/store';
import type { HeldTask } from './lease.ts';
import type { PollDeps } from './poll-deps.ts';
import { PollInterrupted } from './poll-failure.ts';
import { pollWindow } from './poll-window.ts';
import { dataCenterName, type ObjectAddress, type PollTarget } from './tasks.ts';
import { nextWindow } from './window.ts';

/** What was read of a task, over all windows. */
export interface Polled {
  startTime: number;
  endTime: number;
  totalNum: number | null;
  received: number;
  pages: number;
}

export interface TaskJob {
  address: ObjectAddress;
  kind: PollWindowKind;
  target: PollTarget;
  held: HeldTask;
  stopping: AbortSignal;
}

/**
 * Reads a task up to now: one window, or several where much time lies behind.
 * @returns null when its first window has not begun
 */
export async function pollTask(job: TaskJob, deps: PollDeps): Promise<Polled | null> {
  const { address, target, held } = job;
  const { poll, erpObject } = target;
  const { firstAppliedAt } = erpObject;
  let { checkpoint, failures } = held.task;
  const startedAt = deps.clock.now();
  let polled: Polled | null = null;
  for (;;) {
    const now = deps.clocks.now(dataCenterName(address));
    const window = nextWindow(checkpoint, { poll, firstAppliedAt }, now);
    if (window === null) return polled;
    const done = await pollWindow(window, { ...job, checkpoint, failures, startedAt }, deps);
    ({ checkpoint } = done);
    failures = 0;
    polled = sum(polled, { ...window, ...done.read });
    if (!window.isSlice) return polled;
  }
}

const dayMs = 24 * 3_600_000;

/**
 * Reads the next slice of a full sweep, from where polling began or some days back up to now. One at a time: the increments
 * of a data center that takes few requests at once have their turn in between.
 */
export async function sweepSlice(job: TaskJob, deps: PollDeps): Promise<void> {
  const { address, target, held } = job;
  const { poll, erpObject } = target;
  const { checkpoint, failures, servedAt } = held.task;
  const startedAt = (checkpoint === null ? null : servedAt) ?? deps.clock.now();
  const now = deps.clocks.now(dataCenterName(address));
  const days = poll.sweep?.days ?? null;
  const startFrom = days === null ? poll.startFrom : Math.max(0, Math.floor(now - days * dayMs));
  const { firstAppliedAt } = erpObject;
  const window = nextWindow(checkpoint, { poll: { ...poll, startFrom }, firstAppliedAt }, now);
  if (window !== null) {
    await pollWindow(window, { ...job, checkpoint, failures, startedAt }, deps);
    return;
  }
  const over = { ...held.lease, checkpoint: null, servedAt: startedAt, at: deps.clock.now() };
  if (!(await deps.store.pollTasks.advance(over)))
    throw new PollInterrupted('another poller has taken the task over');
}

function sum(before: Polled | null, { startTime, endTime, totalNum, received, pages }: Polled): Polled {
  if (before === null) return { startTime, endTime, totalNum, received, pages };
  return {
    startTime: before.startTime,
    endTime,
    totalNum: before.totalNum === null || totalNum === null ? null : before.totalNum + totalNum,
    received: before.received + received,
    pages: before.pages + pages,
  };
}

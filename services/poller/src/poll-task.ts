import type { HeldTask } from './lease.ts';
import type { PollDeps } from './poll-deps.ts';
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
  let polled: Polled | null = null;
  for (;;) {
    const now = deps.clocks.now(dataCenterName(address));
    const window = nextWindow(checkpoint, { poll, firstAppliedAt }, now);
    if (window === null) return polled;
    const done = await pollWindow(window, { ...job, checkpoint, failures }, deps);
    ({ checkpoint } = done);
    failures = 0;
    polled = sum(polled, { ...window, ...done.read });
    if (!window.isSlice) return polled;
  }
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

import type { Clock, Logger } from '@syncline/chassis';
import type { HistoryLease, HistoryTaskState, Leased, LeaseVerbs } from '@syncline/store';

/** A task that no other process runs meanwhile. */
export interface HeldTask<T, P> {
  task: T;
  /** aborts when it is paused, stopped or another's, or this process stops */
  signal: AbortSignal;
  fence: number;
  /** @throws TaskLeft when it is not ours any more */
  advance(set: Partial<P>): Promise<void>;
  /** Ends it, or gives it back. */
  release(set: Partial<P> & { state?: HistoryTaskState }): Promise<void>;
}

/** The task was paused, stopped or taken over, or the process stops. Nothing is lost: it goes on behind its cursor. */
class TaskLeft extends Error {
  override readonly name = 'TaskLeft';
}

export interface LeaseOptions<T, P> {
  tasks: LeaseVerbs<T, P>;
  owner: string;
  leaseMs: number;
  clock: Clock;
  logger: Logger;
}

/** A pause or stop by a person is noticed within this part of a lease. */
const renewalsInALease = 10;

/** Takes the task; null when someone else has it, or it is over. */
export async function holdTask<T extends Leased & { id: string }, P>(
  taskId: string,
  stopping: AbortSignal,
  options: LeaseOptions<T, P>,
): Promise<HeldTask<T, P> | null> {
  const { tasks, owner, leaseMs, clock } = options;
  const beganAt = performance.now();
  const now = clock.now();
  const task = await tasks.lease({ taskId, owner, until: now + leaseMs, now });
  return task === null ? null : keep(task, { beganAt, stopping }, options);
}

/** Renewed by a timer. It counts as lost once it may have ended for the others. */
function keep<T extends Leased & { id: string }, P>(
  task: T,
  { beganAt, stopping }: { beganAt: number; stopping: AbortSignal },
  { tasks, owner, leaseMs, clock, logger }: LeaseOptions<T, P>,
): HeldTask<T, P> {
  const lease: HistoryLease = { taskId: task.id, owner, fence: task.fence };
  const lost = new AbortController();
  let validUntil = beganAt + leaseMs;
  const lose = (reason: string): TaskLeft => {
    const left = new TaskLeft(reason);
    lost.abort(left);
    return left;
  };
  const renew = async (): Promise<void> => {
    const askedAt = performance.now();
    try {
      const isOurs = await tasks.renew({ ...lease, until: clock.now() + leaseMs });
      if (isOurs) validUntil = askedAt + leaseMs;
      else lose('it was paused, stopped or taken over');
    } catch (error) {
      logger.warn('the lease of a task could not be renewed yet', { taskId: task.id, error });
      if (askedAt >= validUntil) lose('its lease ran out before the store renewed it');
    }
  };
  const timer = setInterval(() => void renew(), leaseMs / renewalsInALease);
  return {
    task,
    signal: AbortSignal.any([lost.signal, stopping]),
    fence: task.fence,
    async advance(set) {
      if (!(await tasks.advance(lease, set))) throw lose('it was paused, stopped or taken over');
    },
    async release(set) {
      clearInterval(timer);
      await tasks.release(lease, set).catch((error: unknown) => {
        logger.warn('a task could not be given back; its lease will run out', { taskId: task.id, error });
      });
    },
  };
}

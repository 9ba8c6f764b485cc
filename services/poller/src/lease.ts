import type { Clock, Logger } from '@syncline/chassis';
import type { PollLease, PollTask, Store } from '@syncline/store';
import { PollInterrupted } from './poll-failure.ts';

/** A task that no other poller reads meanwhile. */
export interface HeldTask {
  /** as it stood when it was taken */
  task: PollTask;
  lease: PollLease;
  /** aborts with a `PollInterrupted` when another one has the task, or may have */
  lost: AbortSignal;
  release(): Promise<void>;
}

export interface Leases {
  /** Null when someone holds the task. */
  take(taskId: string): Promise<HeldTask | null>;
}

export interface LeaseDeps {
  store: Pick<Store, 'pollTasks' | 'pollWindows'>;
  /** of this process */
  owner: string;
  leaseMs: number;
  clock: Clock;
  logger: Logger;
}

const renewalsInALease = 4;
/** No lease lasts this long: one that does was taken by a clock that was ahead. */
const clockWasAheadMs = 2 * 3_600_000;
const maxAbandoned = 100;

/** May somebody take it? */
export function isFree({ until }: PollTask, now: number): boolean {
  return until <= now || isFromAhead(until, now);
}

function isFromAhead(until: number, now: number): boolean {
  return until > now + clockWasAheadMs;
}

export function createLeases(deps: LeaseDeps): Leases {
  const { store, owner, leaseMs, clock } = deps;
  const { pollTasks } = store;
  return {
    async take(taskId) {
      const before = await stateOf(taskId, deps);
      const now = clock.now();
      const beganAt = performance.now();
      const endedAt = before !== null && isFromAhead(before.until, now) ? before.until : now;
      const task = await pollTasks.lease({ taskId, owner, until: now + leaseMs, now: endedAt });
      if (task === null) return null;
      const held = new RenewedLease(task, deps, beganAt);
      // Not released: its process ended in the middle of a window.
      if (before !== null && before.owner !== null) await closeAbandoned(taskId, deps);
      return held;
    },
  };
}

async function stateOf(taskId: string, { store, clock }: LeaseDeps): Promise<PollTask | null> {
  const [task] = await store.pollTasks.list([taskId]);
  if (task === undefined) await store.pollTasks.ensure([taskId], clock.now());
  return task ?? null;
}

/** The windows that a poller which ended has left open. */
export async function closeAbandoned(
  taskId: string,
  { store, clock, logger }: Pick<LeaseDeps, 'clock' | 'logger'> & { store: Pick<Store, 'pollWindows'> },
): Promise<void> {
  try {
    const open = await store.pollWindows.list({ taskId, status: 'open', limit: maxAbandoned });
    const end = {
      status: 'failed',
      error: 'the poller that read it ended; its time is read again',
      closedAt: clock.now(),
    } as const;
    for (const { id } of open.items) await store.pollWindows.close(id, end);
  } catch (error) {
    logger.warn('abandoned windows stay open in the ledger', { taskId, error });
  }
}

/** Renewed by a timer for as long as it is held. It counts as lost once it may have ended for the others. */
class RenewedLease implements HeldTask {
  readonly task: PollTask;
  readonly lease: PollLease;
  readonly #deps: LeaseDeps;
  readonly #lost = new AbortController();
  readonly #timer: NodeJS.Timeout;
  /** by our own monotonic clock, counted from before the store was asked */
  #validUntil: number;
  #isRenewing = false;

  constructor(task: PollTask, deps: LeaseDeps, beganAt: number) {
    this.task = task;
    this.lease = { taskId: task.id, owner: deps.owner, fence: task.fence };
    this.#deps = deps;
    this.#validUntil = beganAt + deps.leaseMs;
    this.#timer = setInterval(() => void this.#renew(), deps.leaseMs / renewalsInALease);
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    const { store, logger } = this.#deps;
    try {
      await store.pollTasks.release(this.lease);
    } catch (error) {
      logger.warn('a lease could not be given back and will run out', { taskId: this.task.id, error });
    }
  }

  async #renew(): Promise<void> {
    const beganAt = performance.now();
    if (beganAt >= this.#validUntil) {
      this.#lose('its lease ran out before the store renewed it');
      return;
    }
    if (this.#isRenewing) return;
    this.#isRenewing = true;
    const { store, leaseMs, clock, logger } = this.#deps;
    try {
      const isOurs = await store.pollTasks.renew({ ...this.lease, until: clock.now() + leaseMs });
      if (isOurs) this.#validUntil = beganAt + leaseMs;
      else this.#lose('another poller has taken the task over');
    } catch (error) {
      logger.warn('a lease could not be renewed yet', { taskId: this.task.id, error });
    } finally {
      this.#isRenewing = false;
    }
  }

  #lose(reason: string): void {
    clearInterval(this.#timer);
    this.#lost.abort(new PollInterrupted(reason));
  }
}

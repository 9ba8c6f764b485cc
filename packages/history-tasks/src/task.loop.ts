import { createLoop, sleep, whenAborted, type Clock, type Logger, type Part } from '@syncline/chassis';
import type { HistoryTaskState, Leased, LeaseVerbs, Store } from '@syncline/store';
import { holdTask, type HeldTask } from './lease.ts';
import { nextOfTenants } from './turns.ts';

/** What the loop has to know of a task. */
export interface TurnTask extends Leased {
  id: string;
  tenantId: string;
  startAt?: number;
  createdAt: number;
}

export interface TaskLoopOptions<T extends TurnTask, P> {
  /** of the loop, and of its turns: tasks of one name run one after the other in a tenant */
  name: string;
  /** of a task, for the log */
  what: string;
  tasks: LeaseVerbs<T, P> & {
    list(page: { state: HistoryTaskState[]; limit: number }): Promise<{ items: T[] }>;
    get(id: string): Promise<T | null>;
  };
  turns: Store['historyTurns'];
  /** whose turn it is in a tenant */
  turnOf(tenantId: string): string;
  /** is it for this process? */
  isMine(task: T): boolean;
  /** @throws the signal's reason when it was left */
  run(held: HeldTask<T, P>): Promise<void>;
  /** of this process */
  owner: string;
  leaseMs: number;
  clock: Clock;
  logger: Logger;
}

const everyMs = 1_000;
/** A page of the store; more tasks than that at once are looked at when these are over. */
const mostActive = 1_000;
const mostRunning = 8;

/**
 * Runs durable tasks: one of each tenant at a time, the one that was asked for first. A task whose process has died is
 * taken over when its lease ends, and goes on where it was.
 */
export function createTaskLoop<T extends TurnTask, P>(options: TaskLoopOptions<T, P>): Part {
  const { name, what, tasks, clock, logger } = options;
  const stopping = new AbortController();
  const running = new Map<string, Promise<void>>();

  const start = (task: T): void => {
    const run = take(task, stopping.signal, options)
      .catch((error: unknown) => logger.warn(`a ${what} was left`, { taskId: task.id, error }))
      .finally(() => running.delete(task.id));
    running.set(task.id, run);
  };

  const loop = createLoop({
    name,
    everyMs,
    logger,
    async tick() {
      const { items } = await tasks.list({ state: ['queued', 'running'], limit: mostActive });
      for (const task of nextOfTenants(items, clock.now())) {
        const isFree = options.isMine(task) && task.until <= clock.now() && !running.has(task.id);
        if (isFree && running.size < mostRunning && (await getTurn(task, items, options))) start(task);
      }
    },
  });
  return {
    ...loop,
    async stop(deadline) {
      stopping.abort();
      await loop.stop(deadline);
      await Promise.race([Promise.allSettled(running.values()), whenAborted(deadline)]);
    },
  };
}

/** A turn that is held by a task which runs no more is free at the next look. */
async function getTurn<T extends TurnTask, P>(
  { id, tenantId }: T,
  active: readonly T[],
  { turns, turnOf }: TaskLoopOptions<T, P>,
): Promise<boolean> {
  const holder = await turns.take(turnOf(tenantId), id);
  if (holder === id) return true;
  const isOver = !active.some((task) => task.id === holder && task.state === 'running');
  if (isOver) await turns.end(turnOf(tenantId), holder);
  return false;
}

async function take<T extends TurnTask, P>(
  { id, tenantId }: T,
  stopping: AbortSignal,
  options: TaskLoopOptions<T, P>,
): Promise<void> {
  const { tasks, turns, turnOf, what, logger } = options;
  const held = await holdTask(id, stopping, options);
  if (held === null) return;
  logger.info(`a ${what} runs`, { taskId: id });
  try {
    await options.run(held);
    logger.info(`a ${what} is finished`, { taskId: id });
  } catch (error) {
    // The lease is given back where it is still ours: whoever is next goes on at once.
    await held.release({});
    if (!held.signal.aborted) {
      await sleep(everyMs, stopping);
      throw error;
    }
  } finally {
    const now = await tasks.get(id);
    if (now?.state !== 'running' && now?.state !== 'queued') await turns.end(turnOf(tenantId), id);
  }
}

import { createLoop, sleep, whenAborted, type Clock, type Logger, type Part } from '@syncline/chassis';
import type { Direction } from '@syncline/catalog';
import type { HistoryTask, Store } from '@syncline/store';
import { holdTask } from './lease.ts';
import { runTask } from './run-task.ts';
import type { SourceReader } from './source-reader.ts';
import { nextOfTenants } from './turns.ts';

export interface HistoryTaskLoopOptions {
  store: Pick<Store, 'historyTasks' | 'historyTurns'>;
  /** of the streams whose source this process reads */
  direction: Direction;
  reader: SourceReader;
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
 * Runs the historical sync tasks of one direction: one of each tenant at a time, the one that was asked for first. A task
 * whose process has died is taken over when its lease ends, and goes on behind what was read last.
 */
export function createHistoryTaskLoop(options: HistoryTaskLoopOptions): Part {
  const { store, direction, clock, logger } = options;
  const stopping = new AbortController();
  const running = new Map<string, Promise<void>>();

  const start = (task: HistoryTask): void => {
    const run = take(task, stopping.signal, options)
      .catch((error: unknown) => logger.warn('a historical sync task was left', { taskId: task.id, error }))
      .finally(() => running.delete(task.id));
    running.set(task.id, run);
  };

  const loop = createLoop({
    name: 'history-tasks',
    everyMs,
    logger,
    async tick() {
      const { items } = await store.historyTasks.list({ state: ['queued', 'running'], limit: mostActive });
      for (const task of nextOfTenants(items, clock.now())) {
        const isMine = task.direction === direction && task.until <= clock.now() && !running.has(task.id);
        if (isMine && running.size < mostRunning && (await getTurn(task, items, options))) start(task);
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
async function getTurn(
  { id, tenantId }: HistoryTask,
  active: readonly HistoryTask[],
  { store }: HistoryTaskLoopOptions,
): Promise<boolean> {
  const holder = await store.historyTurns.take(tenantId, id);
  if (holder === id) return true;
  const isOver = !active.some((task) => task.id === holder && task.state === 'running');
  if (isOver) await store.historyTurns.end(tenantId, holder);
  return false;
}

async function take(
  { id, tenantId }: HistoryTask,
  stopping: AbortSignal,
  options: HistoryTaskLoopOptions,
): Promise<void> {
  const { store, logger } = options;
  const held = await holdTask(id, stopping, options);
  if (held === null) return;
  logger.info('a historical sync task runs', { taskId: id });
  try {
    await runTask(held, options);
    logger.info('a historical sync task is finished', { taskId: id });
  } catch (error) {
    // The lease is given back where it is still ours: whoever is next goes on at once.
    await held.release({});
    if (!held.signal.aborted) {
      await sleep(everyMs, stopping);
      throw error;
    }
  } finally {
    const now = await store.historyTasks.get(id);
    if (now?.state !== 'running' && now?.state !== 'queued') await store.historyTurns.end(tenantId, id);
  }
}

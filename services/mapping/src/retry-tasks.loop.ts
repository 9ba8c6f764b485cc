import type { Part } from '@syncline/chassis';
import { createTaskLoop } from '@syncline/history-tasks';
import type { RetryTask, RetryTaskProgress } from '@syncline/store';
import { runRetryTask, type RetryTaskDeps } from './retry/run-retry-task.ts';

/** A bulk retry stays so long with a process that died. */
const leaseMs = 20_000;

/** Runs bulk retries, one of each tenant at a time. */
export function createRetryTaskLoop({ owner, ...deps }: RetryTaskDeps & { owner: string }): Part {
  const { store, clock, logger } = deps;
  return createTaskLoop<RetryTask, RetryTaskProgress>({
    name: 'retry-tasks',
    what: 'bulk retry',
    tasks: store.retryTasks,
    turns: store.historyTurns,
    // Beside the tenant's historical sync tasks, which have turns of their own.
    turnOf: (tenantId) => `retry/${tenantId}`,
    isMine: () => true,
    run: (held) => runRetryTask(held, deps),
    owner,
    leaseMs,
    clock,
    logger,
  });
}

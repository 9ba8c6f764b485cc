import { createLoop, type Clock, type Logger, type Part } from '@syncline/chassis';
import type { Store } from '@syncline/store';

const everyMs = 10 * 60_000;
const atOnce = 1_000;
const dayMs = 24 * 3_600_000;

/** Removes what is older than its keeping time: syncs of the history, attempts, tasks, and bodies that nothing refers to. */
export function createRetentionLoop(deps: {
  store: Pick<
    Store,
    'syncHistory' | 'erpAttempts' | 'bodies' | 'historyTasks' | 'retryTasks' | 'historyFailures' | 'crmReads'
  >;
  clock: Clock;
  logger: Logger;
  keepDays: number;
}): Part {
  const { store, clock, logger, keepDays } = deps;
  return createLoop({
    name: 'retention',
    everyMs,
    logger,
    async tick() {
      const before = clock.now() - keepDays * dayMs;
      const syncs = await store.syncHistory.removeOlderThan(before, atOnce);
      await store.erpAttempts.removeOlderThan(before, atOnce);
      const tasks = await store.historyTasks.removeOlderThan(before, atOnce);
      const retries = await store.retryTasks.removeOlderThan(before, atOnce);
      await store.historyFailures.removeOf([...tasks, ...retries]);
      await store.crmReads.removeOlderThan(clock.now() - dayMs);
      // Rows and history refer to bodies of syncs that are kept; none of those is as old as this.
      await store.bodies.removeUnneeded({
        olderThan: before - dayMs,
        neededIds: () => Promise.resolve(new Set()),
      });
      return syncs === atOnce ? syncs : 0;
    },
  });
}

import { createLoop, type Clock, type Logger, type Part } from '@syncline/chassis';
import type { Store } from '@syncline/store';

const everyMs = 10 * 60_000;
const atOnce = 1_000;
const dayMs = 24 * 3_600_000;

/** Removes windows from the ledger that are older than it is kept. */
export function createRetentionLoop(deps: {
  store: Pick<Store, 'pollWindows'>;
  clock: Clock;
  logger: Logger;
  ledgerDays: number;
}): Part {
  const { store, clock, logger, ledgerDays } = deps;
  return createLoop({
    name: 'retention',
    everyMs,
    logger,
    async tick() {
      const removed = await store.pollWindows.removeOlderThan(clock.now() - ledgerDays * dayMs, atOnce);
      return removed === atOnce ? removed : 0;
    },
  });
}

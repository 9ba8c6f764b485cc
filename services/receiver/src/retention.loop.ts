import { createLoop, type Clock, type Logger, type Part } from '@syncline/chassis';
import type { Store } from '@syncline/store';

const everyMs = 10 * 60_000;
const atOnce = 1_000;
const dayMs = 24 * 3_600_000;

/** Removes pushes that were kept for long enough. */
export function createRetentionLoop(deps: {
  store: Pick<Store, 'pushCache'>;
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
      const removed = await store.pushCache.removeOlderThan(clock.now() - keepDays * dayMs, atOnce);
      return removed === atOnce ? removed : 0;
    },
  });
}

import { createLoop, type Clock, type Logger, type Part } from '@syncline/chassis';
import type { Store } from '@syncline/store';

const everyMs = 10 * 60_000;
const atOnce = 500;
const dayMs = 24 * 3_600_000;

/** Removes dead letters that were kept long enough; the topic has a retention of its own. */
export function createRetentionLoop(deps: {
  store: Pick<Store, 'deadLetters'>;
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
      const removed = await store.deadLetters.removeOlderThan(clock.now() - keepDays * dayMs, atOnce);
      return removed === atOnce ? removed : 0;
    },
  });
}

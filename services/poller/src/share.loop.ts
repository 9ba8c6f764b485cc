import { createLoop, type Clock, type Logger, type Part } from '@syncline/chassis';
import type { Store } from '@syncline/store';

const service = 'poller';
const beatEveryMs = 5_000;
const aliveMs = 15_000;

/** How many pollers there are, this one among them: they split the pace of each data center. */
export interface Share extends Part {
  count(): number;
}

export function createShare(deps: {
  id: string;
  store: Pick<Store, 'instances'>;
  clock: Clock;
  logger: Logger;
}): Share {
  const { id, clock, logger } = deps;
  const { instances } = deps.store;
  let count = 1;
  const loop = createLoop({
    name: 'share',
    everyMs: beatEveryMs,
    logger,
    async tick() {
      const at = clock.now();
      await instances.beat({ service, id, at });
      count = Math.max(1, await instances.alive(service, at - aliveMs));
    },
  });
  return {
    ...loop,
    count: () => count,
    async stop(deadline) {
      await loop.stop(deadline);
      // Unsaid, it is noticed 15 s later.
      await instances.leave({ service, id }).catch(() => undefined);
    },
  };
}

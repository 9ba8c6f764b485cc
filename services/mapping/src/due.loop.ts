import { createLoop, type Clock, type Logger, type Part } from '@syncline/chassis';
import type { Store } from '@syncline/store';
import type { Batcher } from './batcher.ts';

const everyMs = 1_000;
const atOnce = 500;

/** Timers, retries, waits and unfinished effects whose time has come. */
export function createDueLoop(deps: {
  store: Pick<Store, 'due'>;
  batcher: Pick<Batcher, 'submit'>;
  clock: Clock;
  logger: Logger;
}): Part {
  const { store, batcher, clock, logger } = deps;
  return createLoop({
    name: 'due',
    everyMs,
    logger,
    async tick() {
      const due = await store.due.next(clock.now(), atOnce);
      await batcher.submit(due.map(({ rowId }) => ({ kind: 'row', rowId, input: { kind: 'wake' } })));
      return due.length === atOnce ? due.length : 0;
    },
  });
}

import { createLoop, type Logger, type Part } from '@syncline/chassis';
import type { FollowedCatalog, Store } from '@syncline/store';
import type { Batcher } from './batcher.ts';

const everyMs = 2_000;
/** Rows a round and stream: a stream that goes on again drains at this pace. */
const atOnce = 200;

/** A stream that is on again takes up the newest state of each record that it held. */
export function createHeldLoop(deps: {
  store: Pick<Store, 'held'>;
  catalog: Pick<FollowedCatalog, 'view'>;
  batcher: Pick<Batcher, 'submit'>;
  logger: Logger;
}): Part {
  const { store, catalog, batcher, logger } = deps;
  return createLoop({
    name: 'held',
    everyMs,
    logger,
    async tick() {
      const on = catalog.view().streams.filter((stream) => stream.enabled);
      const held =
        on.length === 0
          ? []
          : await store.held.ofStreams(
              on.map(({ id }) => id),
              atOnce,
            );
      await batcher.submit(held.map(({ rowId }) => ({ kind: 'row', rowId, input: { kind: 'wake' } })));
    },
  });
}

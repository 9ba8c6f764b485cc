import { createLoop, type Clock, type Logger, type Part } from '@syncline/chassis';
import type { Store } from '@syncline/store';
import type { Batcher } from './batcher.ts';
import type { PausableCatalog } from './with-pauses.ts';

const everyMs = 1_000;
/** Records a second where nobody has said how many. */
export const usualDrainRate = 100;
export const highestDrainRate = 2_000;

/**
 * A stream that is on again takes up the newest state of each record that it held, at the pace that an operator has set:
 * all processes together keep it.
 */
export function createHeldLoop(deps: {
  store: Pick<Store, 'held' | 'streamControls'>;
  catalog: Pick<PausableCatalog, 'view' | 'controls'>;
  batcher: Pick<Batcher, 'submit'>;
  clock: Clock;
  logger: Logger;
}): Part {
  const { store, catalog, logger } = deps;
  return createLoop({
    name: 'held',
    everyMs,
    logger,
    async tick() {
      const on = catalog.view().streams.filter((stream) => stream.enabled);
      const held = await store.held.counts();
      for (const { id } of on) if (held.has(id)) await drain(id, deps);
    },
  });
}

async function drain(
  streamId: string,
  { store, catalog, batcher, clock }: Parameters<typeof createHeldLoop>[0],
): Promise<void> {
  const rate = catalog.controls().get(streamId)?.drainRate ?? usualDrainRate;
  const count = Math.max(1, Math.ceil((rate * everyMs) / 1000));
  const now = clock.now();
  const until = now + Math.floor((count / rate) * 1000);
  if (!(await store.streamControls.takeTurn({ streamId, now, until }))) return;
  const rows = await store.held.ofStreams([streamId], count);
  await batcher.submit(rows.map(({ rowId }) => ({ kind: 'row', rowId, input: { kind: 'wake' } })));
}

import { createLoop, type Logger, type Part } from '@syncline/chassis';
import type { Store } from '@syncline/store';

/** Notes which pushes are on the topic, so that the relay loop leaves them alone. */
export interface Marks extends Part {
  add(pushIds: readonly string[]): void;
}

/** A mark can wait: one that is lost lets a push be announced twice, with the number it had. Fewer, larger ones cost less. */
const everyMs = 250;
const atOnce = 2_000;
const maxPending = 100_000;

export function createMarks(deps: { store: Pick<Store, 'pushCache'>; logger: Logger }): Marks {
  const { store, logger } = deps;
  let pending: string[] = [];

  async function markSome(): Promise<number> {
    const ids = pending.slice(0, atOnce);
    if (ids.length === 0) return 0;
    await store.pushCache.markAnnounced(ids);
    pending = pending.slice(ids.length);
    return pending.length >= atOnce ? ids.length : 0;
  }

  const loop = createLoop({ name: 'marks', everyMs, logger, tick: markSome });
  return {
    ...loop,
    add(pushIds) {
      if (pending.length < maxPending) pending.push(...pushIds);
    },
    async stop(deadline) {
      await loop.stop(deadline);
      while (pending.length > 0 && !deadline.aborted) await markSome();
    },
  };
}

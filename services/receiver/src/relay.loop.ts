import { createLoop, type Clock, type Logger, type Part } from '@syncline/chassis';
import type { CachedPush, Store } from '@syncline/store';
import type { Announcer } from './announcer.ts';
import { countAnnounced } from './metrics.ts';
import { cachedMessage, type Relay } from './relay.ts';

export interface RelayLoopDeps {
  store: Pick<Store, 'pushCache'>;
  relay: Relay;
  announcer: Pick<Announcer, 'isUnderWay'>;
  clock: Clock;
  logger: Logger;
}

const everyMs = 2_000;
/** Younger pushes are on their way right after their answer. */
const settleMs = 5_000;
const atOnce = 500;
const adaptedAtOnce = 16;

/**
 * Announces what was cached and is not on the topic: after a crash, or while the broker was away. Several receivers may
 * do so at once; a record that comes twice has the same order number both times.
 */
export function createRelayLoop({ store, relay, announcer, clock, logger }: RelayLoopDeps): Part {
  async function done(pushes: readonly CachedPush[]): Promise<void> {
    await store.pushCache.markAnnounced(pushes.map(({ id }) => id));
    countAnnounced('relay', pushes.length);
  }

  /** @throws the first reason why one of them has to wait, once the others are marked */
  async function announceAdapted(pushes: readonly CachedPush[]): Promise<void> {
    const results = await Promise.allSettled(pushes.map((push) => relay.announceAdapted(push)));
    await done(pushes.filter((_, index) => results[index]?.status === 'fulfilled'));
    const waiting = results.find(({ status }) => status === 'rejected');
    if (waiting?.status === 'rejected') throw waiting.reason;
  }

  async function tick(signal: AbortSignal): Promise<number> {
    const olderThan = clock.now() - settleMs;
    const waiting = await store.pushCache.unannounced({ olderThan, limit: atOnce });
    const pushes = waiting.filter(({ id }) => !announcer.isUnderWay(id));
    const standard = pushes.filter(hasId);
    if (standard.length > 0) {
      await relay.announceStandard(standard.map(cachedMessage));
      await done(standard);
    }
    const adapted = pushes.filter((push) => !hasId(push));
    for (let at = 0; at < adapted.length && !signal.aborted; at += adaptedAtOnce)
      await announceAdapted(adapted.slice(at, at + adaptedAtOnce));
    return pushes.length;
  }

  return createLoop({ name: 'relay', everyMs, logger, tick });
}

function hasId(push: CachedPush): push is CachedPush & { dataId: string } {
  return push.dataId !== null;
}

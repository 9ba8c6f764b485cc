import { createGroupFlush, QueueFull, type Logger, type Readiness } from '@syncline/chassis';
import { RefusedRequest } from '@syncline/contract';
import type { CachedPush, Store } from '@syncline/store';

/** A push that has no number yet. */
export type Arrival = Omit<CachedPush, 'order' | 'announcedAt'>;

export interface Intake {
  /**
   * Settles once the push is durable.
   * @throws RefusedRequest `cacheUnavailable` when that cannot be promised in time; it may still happen then
   */
  save(arrival: Arrival): Promise<CachedPush>;
}

export interface IntakeDeps {
  store: Pick<Store, 'counters' | 'pushCache'> & { ready(): Readiness };
  logger: Logger;
}

interface Entry {
  arrival: Arrival;
  /** its sender has been answered: nothing is done for it any more */
  overdue: boolean;
}

/** The contract promises the refusal within 2 s. */
const answerWithinMs = 1_700;
const retryAfterSeconds = 2;

/** Numbers kept for a push whose adapter may make several records of one id (adapt.ts). */
export const ordersOfAdaptedPush = 1_000;

/** One insert of so many bytes stays well under what a message to the store may have. */
const maxGroupBytes = 12 * 1024 * 1024;
const maxGroupPushes = 500;
const maxWaitingPushes = 20_000;
const maxWaitingBytes = 256 * 1024 * 1024;

/**
 * Numbers pushes in the order of their arrival and makes them durable, in groups of those that wait.
 *
 * The number is taken after the arrival: from a block that was taken before, another instance would give a later push of
 * the same record a lower one. To number the next group while one is saved was tried: no quicker, for groups half as
 * large, each of which costs the store as much as a whole one.
 */
export function createIntake({ store, logger }: IntakeDeps): Intake {
  const group = createGroupFlush<Entry, CachedPush>({
    maxItems: maxGroupPushes,
    maxBytes: maxGroupBytes,
    sizeOf: ({ arrival }) => arrival.body.length,
    maxWaiting: maxWaitingPushes,
    maxWaitingBytes,
    async flush(entries) {
      try {
        return await saveEntries(entries, store);
      } catch (error) {
        logger.warn('pushes could not be cached', { error, count: entries.length });
        throw error;
      }
    },
  });
  return {
    async save(arrival) {
      const readiness = store.ready();
      if (!readiness.ready) throw unavailable(readiness.reason);
      const entry: Entry = { arrival, overdue: false };
      return inTime(entry, group.add(entry));
    },
  };
}

async function inTime(entry: Entry, saved: Promise<CachedPush>): Promise<CachedPush> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      entry.overdue = true;
      reject(unavailable('the store did not answer in time'));
    }, answerWithinMs);
  });
  try {
    return await Promise.race([saved, late]);
  } catch (error) {
    if (error instanceof RefusedRequest) throw error;
    throw unavailable(
      error instanceof QueueFull ? 'too many pushes are waiting' : 'the store did not take it',
    );
  } finally {
    clearTimeout(timer);
  }
}

function unavailable(reason: string): RefusedRequest {
  return new RefusedRequest('cacheUnavailable', `The push was not cached: ${reason}`, retryAfterSeconds);
}

async function saveEntries(
  entries: readonly Entry[],
  store: Pick<Store, 'counters' | 'pushCache'>,
): Promise<CachedPush[]> {
  const orders = await ordersOf(entries, store);
  const pushes = entries.map(({ arrival }, index) => {
    return { ...arrival, order: orders[index] ?? 0, announcedAt: null };
  });
  await store.pushCache.save(pushes.filter((_, index) => entries[index]?.overdue === false));
  return pushes;
}

async function ordersOf(entries: readonly Entry[], store: Pick<Store, 'counters'>): Promise<number[]> {
  const counts = entries.map(({ arrival, overdue }): number => {
    if (overdue) return 0;
    return arrival.dataId === null ? ordersOfAdaptedPush : 1;
  });
  const sum = counts.reduce((total, count) => total + count, 0);
  let next = sum === 0 ? 0 : await store.counters.take('erpOrder', sum);
  return counts.map((count) => {
    next += count;
    return next - count;
  });
}

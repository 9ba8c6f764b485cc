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

const groupLimits = { maxItems: 500, maxWaiting: 20_000, maxWaitingBytes: 256 * 1024 * 1024 };
/** One insert of so many bytes stays well under what a message to the store may have. */
const maxSaveBytes = 12 * 1024 * 1024;

/**
 * Numbers pushes in the order of their arrival and makes them durable, in groups of those that wait.
 *
 * The number is taken after the arrival: from a block that was taken before, another instance would give a later push of
 * the same record a lower one. Numbering and saving are two stages, so that the next group is numbered while one is saved.
 */
export function createIntake({ store, logger }: IntakeDeps): Intake {
  const numbering = createGroupFlush<Entry, number>({
    ...groupLimits,
    sizeOf: ({ arrival }) => arrival.body.length,
    flush: logged('pushes could not be numbered', (entries) => numberEntries(entries, store)),
  });
  const saving = createGroupFlush<Entry & { order: number }, CachedPush>({
    ...groupLimits,
    maxBytes: maxSaveBytes,
    sizeOf: ({ arrival }) => arrival.body.length,
    flush: logged('pushes could not be cached', (entries) => saveEntries(entries, store)),
  });

  function logged<In, Out>(message: string, flush: (items: In[]) => Promise<Out[]>) {
    return async (items: In[]): Promise<Out[]> => {
      try {
        return await flush(items);
      } catch (error) {
        logger.warn(message, { error, count: items.length });
        throw error;
      }
    };
  }

  return {
    async save(arrival) {
      const readiness = store.ready();
      if (!readiness.ready) throw unavailable(readiness.reason);
      const entry: Entry = { arrival, overdue: false };
      const saved = numbering.add(entry).then((order) => saving.add(Object.assign(entry, { order })));
      return inTime(entry, saved);
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

async function numberEntries(entries: Entry[], store: Pick<Store, 'counters'>): Promise<number[]> {
  const sizes = entries.map(({ arrival, overdue }): number =>
    overdue ? 0 : arrival.dataId === null ? ordersOfAdaptedPush : 1,
  );
  const count = sizes.reduce((sum, size) => sum + size, 0);
  let next = count === 0 ? 0 : await store.counters.take('erpOrder', count);
  return sizes.map((size) => {
    const order = next;
    next += size;
    return order;
  });
}

async function saveEntries(
  entries: (Entry & { order: number })[],
  store: Pick<Store, 'pushCache'>,
): Promise<CachedPush[]> {
  const pushes = entries.map(({ arrival, order }): CachedPush => ({ ...arrival, order, announcedAt: null }));
  await store.pushCache.save(pushes.filter((_, index) => entries[index]?.overdue === false));
  return pushes;
}

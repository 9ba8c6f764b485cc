import { sleep, type Logger, type Clock, type Part, type Readiness } from '@syncline/chassis';
import type { Restore, Store } from '@syncline/store';
import { stateOf } from './rows.ts';
import type { PairState } from './pair.ts';
import { addSideDocuments } from './side-documents.ts';

/** What a restore of the store from a backup means for decisions. */
export interface Restored extends Part {
  /** syncs of a pair are numbered from here at least: lower numbers may have been given after the backup was made */
  syncsFrom(): number;
  /** The number under which a log's partition is kept: an older log with the same partitions may be gone. */
  partitionOf(partition: number): number;
  ready(): Readiness;
}

const pageRows = 200;
const retryMs = 1_000;
/** More partitions than a topic has. */
const partitionsOfALog = 100_000;
/** Rows that changed so shortly before the backup began may have effects that were not produced when they were read. */
const unproducedMs = 5 * 60_000;
/** So many rows are woken at once, this far apart. */
const wokenAtOnce = 200;
const wakeGapMs = 500;

/**
 * After a restore, states anew what follows from the rows, before anything is decided: when they are due, what they wait
 * for, which creates are open, what is held. Rows under way are due at once, so that their last effects are produced
 * again: what became of a write that the backup shows in flight is asked for like any lost answer.
 */
export function createRestored(deps: { store: Store; clock: Clock; logger: Logger }): Restored {
  const { store, clock, logger } = deps;
  const stopping = new AbortController();
  let restore: Restore | null = null;
  let isDone = false;

  async function stateAll({ begunAt }: Restore): Promise<void> {
    let woken = 0;
    for (let after: string | undefined; !stopping.signal.aborted;) {
      const rows = await store.mappingRows.walkWhole(after, pageRows);
      const end = rows.at(-1);
      if (end === undefined) break;
      after = end.id;
      const states = rows.map(stateOf).filter((state) => isOpen(state, begunAt));
      woken += states.length;
      const at = clock.now() + Math.floor(woken / wokenAtOnce) * wakeGapMs;
      await stateSome(states, at, deps);
    }
    logger.info('the rows of a backup are taken up', { rowsUnderWay: woken });
  }

  async function prepare(): Promise<boolean> {
    restore = await store.restores.current();
    if (restore?.state === 'loading') {
      logger.warn('a restore into this store has not ended: run ./syncline restore again with the same file');
      return false;
    }
    if (restore?.state === 'loaded') {
      await stateAll(restore);
      if (stopping.signal.aborted) return false;
      await store.restores.move('loaded', 'stated');
    }
    return true;
  }

  return {
    name: 'restored rows',
    async start() {
      while (!isDone && !stopping.signal.aborted) {
        isDone = await prepare().catch((error: unknown) => {
          logger.warn('the rows of a backup cannot be taken up yet', { error });
          return false;
        });
        if (!isDone) await sleep(retryMs, stopping.signal);
      }
    },
    stopIntake() {
      stopping.abort();
      return Promise.resolve();
    },
    stop() {
      stopping.abort();
      return Promise.resolve();
    },
    syncsFrom: () => restore?.restoredAt ?? 0,
    partitionOf: (partition) => (restore?.count ?? 0) * partitionsOfALog + partition,
    ready: () =>
      isDone ? { ready: true } : { ready: false, reason: 'the rows of a backup are being taken up' },
  };
}

function isOpen({ current, updatedAt }: PairState, begunAt: number): boolean {
  return current !== null || updatedAt >= begunAt - unproducedMs;
}

async function stateSome(
  states: readonly PairState[],
  at: number,
  { store, clock }: { store: Store; clock: Clock },
): Promise<void> {
  if (states.length === 0) return;
  const changed = states.map((after) => ({ before: null, after, unrepeatable: false, stated: [] }));
  await addSideDocuments(store, changed, clock.now());
  await store.due.set(states.map(({ id, version }) => ({ rowId: id, version, at })));
}

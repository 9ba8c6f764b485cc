import { createLogger, systemClock } from '@syncline/chassis';
import { connectStore, type Restore, type StorePart } from '@syncline/store';
import { uniquePlace } from '@syncline/testkit';
import { aCurrent, aPair, aPairWith, pairKey } from './a-pair.fixture.ts';
import type { PairState } from './pair.ts';
import { createRestored } from './restored.ts';
import { toRow } from './rows.ts';
import { openCreateScope } from './side-documents.ts';

const logger = createLogger({ service: 'test', level: 'error' });
const begunAt = 1_000_000_000;
const restore: Restore = {
  state: 'loaded',
  checksum: 'c',
  count: 2,
  begunAt,
  restoredAt: begunAt + 5_000,
  streamsOff: [],
};

describe('rows of a backup', () => {
  let store: StorePart;

  beforeEach(async () => {
    const { mongodbUri, secretKeys } = uniquePlace();
    store = connectStore({ uri: mongodbUri, secretKeys, logger });
    await store.start();
  }, 60_000);
  afterEach(() => store.stop(AbortSignal.timeout(10_000)));

  const rows: Record<string, PairState> = {
    sending: aPairWith(aCurrent('inFlight', { dueAt: begunAt * 9 })),
    held: aPairWith(aCurrent('held')),
    // What it had to do may not have been done yet when it was read.
    fresh: aPair({ updatedAt: begunAt - 1_000 }),
    resting: aPair({ updatedAt: 1 }),
  };

  async function takeUp(state: Restore['state'] = 'loaded') {
    const all = Object.entries(rows).map(([id, row]) => toRow({ ...row, id }));
    await store.mappingRows.compareAndSet(all, 'token');
    await store.restores.set({ ...restore, state });
    const restored = createRestored({ store, clock: systemClock, logger });
    await restored.start();
    return restored;
  }

  it('are due at once where something is under way, and their registers stand again', async () => {
    await takeUp();
    const due = await store.due.next(systemClock.now(), 10);
    expect(due.map(({ rowId }) => rowId).sort()).toEqual(['fresh', 'held', 'sending']);
    expect(await store.openCreates.inScopes([openCreateScope(pairKey, 'erp')])).toMatchObject([
      { rowId: 'sending' },
    ]);
    expect(await store.held.ofStreams(['s1'], 10)).toMatchObject([{ rowId: 'held' }]);
    expect(await store.restores.current()).toMatchObject({ state: 'stated' });
  });

  it('are taken up once', async () => {
    await takeUp('stated');
    expect(await store.due.next(systemClock.now(), 10)).toEqual([]);
  });

  it('number their syncs, and the partitions of a new log, apart from what was before', async () => {
    const restored = await takeUp();
    expect(restored.syncsFrom()).toBe(restore.restoredAt);
    expect(restored.partitionOf(3)).not.toBe(3);
    expect(restored.partitionOf(3)).not.toBe(restored.partitionOf(4));
  });

  it('are left alone while the backup is still being loaded', async () => {
    await store.restores.set({ ...restore, state: 'loading' });
    const restored = createRestored({ store, clock: systemClock, logger });
    const starting = restored.start();
    expect(restored.ready()).toMatchObject({ ready: false });
    await restored.stop(AbortSignal.timeout(1_000));
    await starting;
    expect(restored.ready()).toMatchObject({ ready: false });
  });
});

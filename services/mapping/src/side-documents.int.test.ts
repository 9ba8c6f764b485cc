import { createLogger } from '@syncline/chassis';
import { connectStore, type StorePart } from '@syncline/store';
import { uniquePlace } from '@syncline/testkit';
import { aCurrent, aPair, aPairWith, pairKey } from './a-pair.fixture.ts';
import { pairDigest, type PairState } from './pair.ts';
import {
  addSideDocuments,
  openCreateScope,
  removeSideDocuments,
  sideDocumentsOf,
  type Changed,
  type SideDocuments,
} from './side-documents.ts';

let store: StorePart;

beforeEach(async () => {
  store = connectStore({
    uri: uniquePlace().mongodbUri,
    logger: createLogger({ service: 'test', level: 'error' }),
  });
  await store.start();
}, 60_000);
afterEach(() => store.stop(AbortSignal.timeout(10_000)));

const before = aPair({ version: 1 });

function changed(after: PairState, stated: SideDocuments[] = [], unrepeatable = false): Changed {
  return { before, after, unrepeatable, stated };
}

async function carryOut(one: Changed): Promise<void> {
  await addSideDocuments(store, [one], 1_000);
  await removeSideDocuments(store, [one]);
}

/** What stands for the row outside of it. */
async function found() {
  const due = await store.due.next(Number.MAX_SAFE_INTEGER, 10);
  const creates = await store.openCreates.inScopes([openCreateScope(pairKey, 'erp')]);
  const held = await store.held.ofStreams(['s1'], 10);
  const waits = await store.waits.waitingFor(['k1']);
  return { due: due.map(({ at }) => at), creates: creates.length, held: held.length, waits: waits.size };
}

const nothing = { due: [], creates: 0, held: 0, waits: 0 };

describe('what stands for a row outside of it', () => {
  it('follows from its state, and goes with it', async () => {
    const key = { key: 'k1', label: '', isOptional: false };
    await carryOut(changed(aPairWith(aCurrent('parked', { keys: [key], dueAt: 5_000 }), { version: 2 })));
    expect(await found()).toEqual({ ...nothing, due: [5_000], waits: 1 });
    const parked = aPairWith(aCurrent('parked', { keys: [key], dueAt: 5_000 }), { version: 2 });
    await carryOut({ before: parked, after: aPair({ version: 3 }), unrepeatable: false, stated: [] });
    expect(await found()).toEqual(nothing);
  });

  it('is due soon until its effects are produced when what moved it will not come again', async () => {
    const effects = { outbox: [{ kind: 'send', what: 'write' } as const], version: 2 };
    await addSideDocuments(store, [changed(aPair(effects), [], true)], 1_000);
    expect((await found()).due).toEqual([16_000]);
    await removeSideDocuments(store, [changed(aPair(effects), [], true)]);
    expect(await found()).toEqual(nothing);
  });

  it('is stated again by who lost the row, as the row is', async () => {
    const winner = aPairWith(aCurrent('retry', { dueAt: 5_000 }), { version: 2 });
    const loser = aPairWith(aCurrent('inFlight', { dueAt: 600_000 }), { version: 2 });
    await carryOut(changed(winner));
    await addSideDocuments(store, [changed(loser)], 1_000);
    expect(await found()).toMatchObject({ due: [600_000], creates: 1 });
    const again = { before: winner, after: winner, unrepeatable: true, stated: [sideDocumentsOf(loser)] };
    await carryOut(again);
    expect(await found()).toEqual({ ...nothing, due: [5_000] });
  });

  it('is taken back by who lost the row to one that wants nothing', async () => {
    const winner = aPair({ version: 2 });
    const key = { key: 'k1', label: '', isOptional: false };
    const losers = [
      aPairWith(aCurrent('parked', { keys: [key], dueAt: 1 }), { version: 2 }),
      aPairWith(aCurrent('held', { streamId: 's1' }), { version: 2 }),
      aPairWith(aCurrent('inFlight', { dueAt: 1 }), { version: 2 }),
    ];
    for (const loser of losers) await addSideDocuments(store, [changed(loser)], 1_000);
    expect(await found()).toMatchObject({ creates: 1, held: 1, waits: 1 });
    await carryOut({
      before: winner,
      after: winner,
      unrepeatable: true,
      stated: losers.map(sideDocumentsOf),
    });
    expect(await found()).toEqual(nothing);
  });

  it('leaves no pointer of a record that the mapping leads to no more', async () => {
    const id = 'd'.repeat(32);
    const led = aPair({ version: 1 }, 'E1');
    const old = pairDigest(pairKey, 'erp', 'E1');
    await store.pointers.claim([
      { id: old, rowId: led.id },
      { id, rowId: led.id },
    ]);
    await carryOut({ before: led, after: aPair({ version: 2 }, 'E2'), unrepeatable: true, stated: [] });
    expect([...(await store.pointers.readMany([old, id])).keys()]).toEqual([id]);
  });
});

import { eventually, freePort } from '@syncline/testkit';
import { aGate, aRow, aStore, silent, type Gate, type TestStore } from './a-store.fixture.ts';
import { connectStore, type StorePart } from './connect.ts';
import { StoreUnavailable } from './failure.ts';

const now = new AbortController().signal;

async function timed(work: Promise<unknown>): Promise<{ error: unknown; ms: number }> {
  const start = performance.now();
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  return { error, ms: performance.now() - start };
}

const aPush = {
  id: 'push',
  tenantId: 't',
  dataCenterId: 'dc',
  objectApiName: 'o',
  dataId: null,
  operationType: null,
  order: 1,
  contentType: 'text/plain',
  headers: {},
  body: Buffer.from('x'),
  receivedAt: 1,
  traceId: '',
  announcedAt: null,
};

describe('a store that goes away', () => {
  let test: TestStore;
  let gate: Gate;
  let store: StorePart;
  beforeEach(async () => {
    test = await aStore();
    gate = await aGate(test.uri);
    store = connectStore({ uri: gate.uri, logger: silent });
    await store.start();
  });
  afterEach(async () => {
    gate.thaw();
    await store.stop(now);
    await gate.close();
    await test.close();
  });

  const freeze = () => {
    gate.freeze();
    return Promise.resolve();
  };
  const thaw = () => {
    gate.thaw();
    return Promise.resolve();
  };

  it.each([
    ['stopped', freeze, thaw],
    ['dead', () => gate.cut(), () => gate.restore()],
  ])(
    'fails every verb within its limit while it is %s, says so, and comes back',
    async (_how, leave, comeBack) => {
      expect(store.ready()).toEqual({ ready: true });
      await leave();
      const saves = await Promise.all([1, 2, 3].map(() => timed(store.pushCache.save([aPush]))));
      for (const { error, ms } of saves) {
        expect(error).toBeInstanceOf(StoreUnavailable);
        expect(ms).toBeLessThan(1950);
      }
      const others = await Promise.all([
        timed(store.mappingRows.compareAndSet([aRow()], 'away')),
        timed(store.counters.take('erpOrder', 1)),
        timed(store.config.revision()),
        timed(store.due.next(0, 1)),
      ]);
      for (const { error, ms } of others) {
        expect(error).toBeInstanceOf(StoreUnavailable);
        expect(ms).toBeLessThan(5500);
      }
      await eventually(() => !store.ready().ready, { withinMs: 10_000 });
      await comeBack();
      await eventually(() => store.ready().ready, { withinMs: 10_000 });
      await eventually(() => store.pushCache.save([aPush]), { withinMs: 10_000 });
      expect((await test.store.pushCache.getMany(['push'])).size).toBe(1);
    },
    60_000,
  );
});

describe('a connection that breaks', () => {
  let test: TestStore;
  let gate: Gate;
  let store: StorePart;
  beforeAll(async () => {
    test = await aStore();
    gate = await aGate(test.uri);
    store = connectStore({ uri: gate.uri, logger: silent });
    await store.start();
  });
  afterAll(async () => {
    await store.stop(now);
    await gate.close();
    await test.close();
  });

  it.each(['push_cache', 'unannounced_pushes'])(
    'makes a save fail whose write to %s did not arrive',
    async (name) => {
      gate.loseRequestWith(name);
      await expect(store.pushCache.save([{ ...aPush, id: `cut-${name}` }])).rejects.toThrow(StoreUnavailable);
      const found = await test.store.pushCache.unannounced({ olderThan: 9, limit: 9 });
      expect(found.map(({ id }) => id)).not.toContain(`cut-${name}`);
    },
  );

  it('makes a save fail whose answer did not arrive', async () => {
    gate.loseAnswerAfter('push_cache');
    await expect(store.pushCache.save([{ ...aPush, id: 'unanswered' }])).rejects.toThrow(StoreUnavailable);
  });

  it('carries out a compare-and-set all the same, once', async () => {
    gate.loseRequestWith('request-lost');
    expect(await store.mappingRows.compareAndSet([aRow({ id: 'broken' })], 'request-lost')).toEqual(
      new Set(),
    );
    gate.loseAnswerAfter('answer-lost');
    const second = aRow({ id: 'broken', version: 2 });
    expect(await store.mappingRows.compareAndSet([second], 'answer-lost')).toEqual(new Set());
    expect((await test.store.mappingRows.readMany(['broken'])).get('broken')).toEqual(second);
  });

  it('tells a claimer whose answer was lost that the pointer is its own', async () => {
    gate.loseAnswerAfter('claimer-1');
    expect(await store.pointers.claim([{ id: 'p', rowId: 'claimer-1' }])).toEqual(
      new Map([['p', 'claimer-1']]),
    );
    gate.loseRequestWith('claimer-2');
    expect(await store.pointers.claim([{ id: 'q', rowId: 'claimer-2' }])).toEqual(
      new Map([['q', 'claimer-2']]),
    );
  });

  it.each([
    ['due', () => store.due.set([{ rowId: 'lost-write', at: 1 }])],
    ['waits', () => store.waits.add([{ key: 'k', rowId: 'lost-write' }])],
    [
      'sync_history',
      () => store.syncHistory.write([{ syncId: 'lost-write', set: { status: 5 }, events: [] }]),
    ],
    ['bodies', () => store.bodies.put([{ id: 'lost-write', text: 'x' }])],
    ['erp_attempts', () => store.erpAttempts.close([{ id: 'lost-write', result: 'x' }])],
  ])('does not take a lost write to %s for done', async (_name, write) => {
    gate.loseRequestWith('lost-write');
    await expect(write()).rejects.toThrow(StoreUnavailable);
  });
});

describe('connectStore', () => {
  it('waits for a store that is not there yet', async () => {
    const test = await aStore();
    const gate = await aGate(test.uri);
    await gate.cut();
    const store = connectStore({ uri: gate.uri, logger: silent });
    const started = store.start();
    expect(store.ready()).toMatchObject({ ready: false });
    await expect(store.config.revision()).rejects.toThrow(StoreUnavailable);
    await gate.restore();
    await started;
    expect(store.ready()).toEqual({ ready: true });
    expect(await store.config.revision()).toBe(0);
    await store.stop(now);
    await gate.close();
    await test.close();
  }, 30_000);

  it('gives up waiting when it is stopped', async () => {
    const store = connectStore({
      uri: `mongodb://127.0.0.1:${String(await freePort())}/none`,
      logger: silent,
    });
    const started = store.start();
    const { ms } = await timed(Promise.all([store.stop(now), started]));
    expect(ms).toBeLessThan(5000);
    expect(store.ready()).toMatchObject({ ready: false });
  }, 15_000);

  it('starts a second time on the same data', async () => {
    const test = await aStore();
    await test.store.counters.take('erpOrder', 5);
    const again = await test.another();
    expect(await again.counters.take('erpOrder', 1)).toBe(6);
    await test.close();
  });
});

import { UnreadableMessage } from '@syncline/contract';
import type { Addressed } from './addressed.ts';
import { createBatcher, type Batcher } from './batcher.ts';
import type { Carried, CarryOut } from './carry-out.ts';

const wake = (rowId: string): Addressed => ({ kind: 'row', rowId, input: { kind: 'wake' } });
const rowOf = (one: Addressed) => (one.kind === 'row' ? one.rowId : '');

/** Carries out what it is given when it is told to. */
class Hand {
  readonly batches: string[][] = [];
  private readonly release: (() => void)[] = [];

  constructor(private readonly answer: (rowId: string) => Carried) {}

  readonly carryOut = {
    run: async (addressed: readonly Addressed[]): Promise<Carried[]> => {
      this.batches.push(addressed.map(rowOf));
      await new Promise<void>((resolve) => this.release.push(resolve));
      return addressed.map((one) => this.answer(rowOf(one)));
    },
  } as CarryOut;

  /** Lets batches through until this is settled. */
  async until<T>(wanted: Promise<T>): Promise<T> {
    const settled = new AbortController();
    const done = () => settled.abort();
    wanted.then(done, done);
    while (!settled.signal.aborted) {
      this.release.shift()?.();
      await new Promise(setImmediate);
    }
    return wanted;
  }
}

const fine = (): Carried => ({ ok: true, reply: undefined });

function start(answer: (rowId: string) => Carried = fine): { hand: Hand; batcher: Batcher } {
  const hand = new Hand(answer);
  return { hand, batcher: createBatcher(() => hand.carryOut) };
}

describe('the batcher', () => {
  it('collects what comes while a batch is out, and gives each parcel its own answers', async () => {
    const answer = (rowId: string): Carried => ({
      ok: true,
      reply: { ok: false, why: 'conflict', message: rowId },
    });
    const { hand, batcher } = start(answer);
    const parcels = [['a'], ['b', 'c'], ['d']].map((rows) => batcher.submit(rows.map(wake)));
    const answers = await hand.until(Promise.all(parcels));
    const messages = answers.map((list) =>
      list.map((one) => one.ok && one.reply?.ok === false && one.reply.message),
    );
    expect(messages).toEqual([['a'], ['b', 'c'], ['d']]);
    expect(hand.batches.flat()).toEqual(['a', 'b', 'c', 'd']);
    expect(hand.batches.length).toBeLessThan(3);
  });

  it('answers an empty parcel at once', async () => {
    const { hand, batcher } = start();
    expect(await batcher.submit([])).toEqual([]);
    expect(hand.batches).toEqual([]);
  });

  it('makes a fault of ours an unreadable message, for that parcel only', async () => {
    const { hand, batcher } = start((rowId) =>
      rowId === 'bad' ? { ok: false, error: new Error('why') } : fine(),
    );
    const parcels = [[wake('a')], [wake('b'), wake('bad')], [wake('c')]].map((one) => batcher.submit(one));
    const [first, second, third] = await hand.until(Promise.allSettled(parcels));
    expect([first?.status, third?.status]).toEqual(['fulfilled', 'fulfilled']);
    const reason: unknown = second?.status === 'rejected' ? second.reason : null;
    expect(reason).toBeInstanceOf(UnreadableMessage);
    expect(reason).toMatchObject({ message: 'it could not be decided: why' });
  });

  it('passes on that the store or the broker is away, for the whole batch', async () => {
    const batcher = createBatcher(
      () => ({ run: () => Promise.reject(new Error('away')) }) as unknown as CarryOut,
    );
    const answers = await Promise.allSettled([batcher.submit([wake('a')]), batcher.submit([wake('b')])]);
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 'rejected', reason: { message: 'away' } });
  });

  it('lets a wake-up that failed be forgotten: the row is due by itself too', async () => {
    const batcher = createBatcher(
      () => ({ run: () => Promise.reject(new Error('away')) }) as unknown as CarryOut,
    );
    batcher.wake(['a']);
    await batcher.stop(new AbortController().signal);
  });

  it('wakes a row once while that waits, and again after it', async () => {
    const { hand, batcher } = start();
    batcher.wake(['a', 'a', 'b']);
    batcher.wake(['a']);
    await hand.until(batcher.submit([wake('last')]));
    expect(hand.batches.flat()).toEqual(['a', 'b', 'last']);
    batcher.wake(['a']);
    await hand.until(batcher.stop(new AbortController().signal));
    expect(hand.batches.flat()).toEqual(['a', 'b', 'last', 'a']);
  });

  it('keeps at most 5000 wake-ups', async () => {
    const { hand, batcher } = start();
    batcher.wake(Array.from({ length: 6_000 }, (_, i) => `r${String(i)}`));
    await hand.until(batcher.stop(new AbortController().signal));
    expect(hand.batches.flat()).toHaveLength(5_000);
  });
});

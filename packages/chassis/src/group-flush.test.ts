import fc from 'fast-check';
import { createGroupFlush, QueueFull } from './group-flush.ts';

/** A flush whose groups leave when the test says so. */
function heldFlush(): {
  groups: string[][];
  flush(items: string[]): Promise<string[]>;
  answer(error?: Error): void;
} {
  const groups: string[][] = [];
  const out: { items: string[]; resolve(outs: string[]): void; reject(error: Error): void }[] = [];
  return {
    groups,
    flush: (items) => {
      groups.push(items);
      return new Promise((resolve, reject) => out.push({ items, resolve, reject }));
    },
    answer(error) {
      const first = out.shift();
      if (error === undefined) first?.resolve(first.items.map((item) => `${item}!`));
      else first?.reject(error);
    },
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a group flush', () => {
  it('sends a lone item at once', async () => {
    const { groups, flush, answer } = heldFlush();
    const group = createGroupFlush({ flush, maxItems: 10, maxWaiting: 10 });
    const added = group.add('a');
    await turn();
    expect(groups).toEqual([['a']]);
    answer();
    await expect(added).resolves.toBe('a!');
  });

  it('puts what arrives in one turn of the event loop into the first group', async () => {
    const { groups, flush } = heldFlush();
    const group = createGroupFlush({ flush, maxItems: 10, maxWaiting: 10 });
    void group.add('a');
    void group.add('b');
    await turn();
    expect(groups).toEqual([['a', 'b']]);
  });

  it('has one group out and collects the next meanwhile', async () => {
    const { groups, flush, answer } = heldFlush();
    const group = createGroupFlush({ flush, maxItems: 2, maxWaiting: 10 });
    const first = group.add('a');
    await turn();
    const rest = ['b', 'c', 'd'].map((item) => group.add(item));
    await turn();
    expect(groups).toEqual([['a']]);
    expect(group.waiting).toBe(3);
    answer();
    await first;
    await turn();
    expect(groups).toEqual([['a'], ['b', 'c']]);
    answer();
    await turn();
    answer();
    await expect(Promise.all(rest)).resolves.toEqual(['b!', 'c!', 'd!']);
    expect(groups).toEqual([['a'], ['b', 'c'], ['d']]);
  });

  it('bounds a group by bytes and sends a larger item alone', async () => {
    const sizes: number[][] = [];
    const group = createGroupFlush<number, number>({
      flush: (items) => {
        sizes.push(items);
        return Promise.resolve(items);
      },
      maxItems: 10,
      maxBytes: 100,
      sizeOf: (size) => size,
      maxWaiting: 10,
    });
    await Promise.all([60, 40, 1, 500, 99].map((size) => group.add(size)));
    expect(sizes).toEqual([[60, 40], [1], [500], [99]]);
  });

  it('rejects exactly the callers of the group that failed', async () => {
    const { flush, answer } = heldFlush();
    const group = createGroupFlush({ flush, maxItems: 2, maxWaiting: 10 });
    const results = Promise.allSettled(['a', 'b', 'c'].map((item) => group.add(item)));
    await turn();
    const down = new Error('the store is down');
    answer(down);
    await turn();
    answer();
    expect(await results).toEqual([
      { status: 'rejected', reason: down },
      { status: 'rejected', reason: down },
      { status: 'fulfilled', value: 'c!' },
    ]);
  });

  it('rejects the callers of a flush that throws at once or answers another number of results', async () => {
    const thrower = createGroupFlush<string, string>({
      flush: () => {
        throw new Error('no connection');
      },
      maxItems: 1,
      maxWaiting: 1,
    });
    await expect(thrower.add('a')).rejects.toThrow('no connection');
    const short = createGroupFlush<string, string>({
      flush: () => Promise.resolve([]),
      maxItems: 1,
      maxWaiting: 1,
    });
    await expect(short.add('a')).rejects.toThrow('a flush of 1 items answered 0 results');
  });

  it('refuses more than may wait, by count and by bytes, and takes more once there is room', async () => {
    const { flush, answer } = heldFlush();
    const limits = { maxItems: 1, maxWaiting: 2, maxWaitingBytes: 10, sizeOf: (item: string) => item.length };
    const group = createGroupFlush({ flush, ...limits });
    const first = group.add('out');
    await turn();
    const second = group.add('12345678');
    await expect(group.add('123')).rejects.toBeInstanceOf(QueueFull);
    const third = group.add('12');
    await expect(group.add('1')).rejects.toBeInstanceOf(QueueFull);
    answer();
    await first;
    await turn();
    const fourth = group.add('1');
    for (let i = 0; i < 3; i += 1) {
      answer();
      await turn();
    }
    await expect(Promise.all([second, third, fourth])).resolves.toEqual(['12345678!', '12!', '1!']);
  });

  it('drains: waits for what waits and what is out, and takes items afterwards', async () => {
    const { flush, answer } = heldFlush();
    const group = createGroupFlush({ flush, maxItems: 1, maxWaiting: 5 });
    await group.drain();
    void group.add('a');
    void group.add('b');
    let drained = false;
    const draining = group.drain().then(() => (drained = true));
    await turn();
    answer();
    await turn();
    expect(drained).toBe(false);
    answer();
    await draining;
    const later = group.add('c');
    await turn();
    answer();
    await expect(later).resolves.toBe('c!');
  });

  it('answers every item once, in order and never two groups at a time, however items arrive', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 20 })),
        fc.integer({ min: 1, max: 5 }),
        async (sizes, maxItems) => {
          let out = 0;
          const seen: number[] = [];
          const group = createGroupFlush<number, number>({
            flush: async (items) => {
              expect((out += 1)).toBe(1);
              expect(items.length).toBeLessThanOrEqual(maxItems);
              await turn();
              seen.push(...items);
              out -= 1;
              return items;
            },
            maxItems,
            maxBytes: 30,
            sizeOf: (index) => sizes[index] ?? 0,
            maxWaiting: 1000,
          });
          const answers = sizes.map(async (size, index) => {
            for (let i = 0; i < size % 3; i += 1) await turn();
            return group.add(index);
          });
          expect(await Promise.all(answers)).toEqual(sizes.map((_size, index) => index));
          expect(seen.toSorted((a, b) => a - b)).toEqual(sizes.map((_size, index) => index));
          expect(group.waiting).toBe(0);
        },
      ),
      { numRuns: 50 },
    );
  });
});

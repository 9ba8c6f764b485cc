import fc from 'fast-check';
import { createLanes, type Lanes } from './lanes.ts';

interface Item {
  lane: string;
  sequence: number;
}

/** Lanes whose items end when the test says so, with a record of what ran. */
function controlled(maxRunning: number): {
  lanes: Lanes<Item>;
  started: Item[];
  running: Item[];
  end(index: number): Promise<void>;
} {
  const started: Item[] = [];
  const running: Item[] = [];
  const ends = new Map<Item, () => void>();
  const lanes = createLanes<Item>({
    maxRunning,
    run: (item) => {
      started.push(item);
      running.push(item);
      return new Promise((resolve) => ends.set(item, resolve));
    },
  });
  const end = async (index: number): Promise<void> => {
    const [item] = running.splice(index % running.length, 1);
    if (item) ends.get(item)?.();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { lanes, started, running, end };
}

describe('lanes', () => {
  it('run different lanes side by side and one lane in order', async () => {
    const { lanes, started, end } = controlled(10);
    lanes.add('a', { lane: 'a', sequence: 1 });
    lanes.add('a', { lane: 'a', sequence: 2 });
    lanes.add('b', { lane: 'b', sequence: 1 });
    expect(started.map(({ lane, sequence }) => `${lane}${sequence}`)).toEqual(['a1', 'b1']);
    expect({ running: lanes.running, waiting: lanes.waiting }).toEqual({ running: 2, waiting: 1 });
    await end(0);
    expect(started).toHaveLength(3);
  });

  it('start those that go first before those that wait, and each kind in its order', async () => {
    const { lanes, started, end } = controlled(1);
    lanes.add('runs', { lane: 'runs', sequence: 0 });
    lanes.add('a', { lane: 'a', sequence: 1 });
    lanes.add('b', { lane: 'b', sequence: 2 });
    lanes.add('answer', { lane: 'answer', sequence: 3 }, true);
    lanes.add('answer', { lane: 'answer', sequence: 4 }, true);
    lanes.add('another', { lane: 'another', sequence: 5 }, true);
    for (let i = 0; i < 5; i += 1) await end(0);
    expect(started.map(({ lane }) => lane)).toEqual(['runs', 'answer', 'another', 'answer', 'a', 'b']);
  });

  it('go on after an item that fails', async () => {
    const ran: number[] = [];
    const lanes = createLanes<number>({
      maxRunning: 1,
      run: (item) => {
        ran.push(item);
        return item === 1 ? Promise.reject(new Error('fails')) : Promise.resolve();
      },
    });
    [1, 2, 3].forEach((item) => lanes.add('a', item));
    await lanes.idle();
    expect(ran).toEqual([1, 2, 3]);
  });

  it('are idle at once when nothing was added', async () => {
    await expect(controlled(1).lanes.idle()).resolves.toBeUndefined();
  });

  it('keep order, bound and completeness whatever ends when', async () => {
    const steps = fc.array(
      fc.oneof(fc.record({ add: fc.constantFrom('a', 'b', 'c', 'd') }), fc.record({ end: fc.nat(100) })),
      { maxLength: 200 },
    );
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 3 }), async (all, maxRunning) => {
        const { lanes, started, running, end } = controlled(maxRunning);
        const added: Item[] = [];
        for (const [sequence, step] of all.entries()) {
          if ('add' in step) {
            const item = { lane: step.add, sequence };
            added.push(item);
            lanes.add(item.lane, item);
          } else if (running.length > 0) await end(step.end);
          expect(running.length).toBeLessThanOrEqual(maxRunning);
          expect(new Set(running.map(({ lane }) => lane)).size).toBe(running.length);
          const startable = new Set(added.filter((item) => !started.includes(item)).map(({ lane }) => lane));
          for (const { lane } of running) startable.delete(lane);
          // Nothing that may start waits while there is room.
          if (running.length < maxRunning) expect(startable.size).toBe(0);
        }
        const idle = lanes.idle();
        while (running.length > 0) await end(0);
        await idle;
        for (const lane of ['a', 'b', 'c', 'd']) {
          expect(started.filter((item) => item.lane === lane)).toEqual(
            added.filter((item) => item.lane === lane),
          );
        }
      }),
    );
  });
});

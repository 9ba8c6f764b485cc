import fc from 'fast-check';
import { createOffsets } from './offsets.ts';

describe('offsets', () => {
  it('know nothing to commit before the first was taken', () => {
    const offsets = createOffsets();
    expect([offsets.committable, offsets.next, offsets.uncommitted]).toEqual([null, null, 0]);
  });

  it('commit up to the first that is not finished', () => {
    const offsets = createOffsets();
    [5, 6, 9].forEach((offset) => offsets.take(offset));
    offsets.finish(6);
    expect([offsets.committable, offsets.uncommitted]).toEqual([5, 3]);
    offsets.finish(5);
    expect([offsets.committable, offsets.uncommitted]).toEqual([9, 1]);
    offsets.finish(9);
    expect([offsets.committable, offsets.next, offsets.uncommitted]).toEqual([10, 10, 0]);
  });

  it('refuse an offset that does not rise', () => {
    const offsets = createOffsets();
    offsets.take(3);
    expect(() => offsets.take(3)).toThrow(RangeError);
  });

  it('ignore an end that comes twice or for what was never taken', () => {
    const offsets = createOffsets();
    offsets.take(1);
    [1, 1, 7].forEach((offset) => offsets.finish(offset));
    expect(offsets.committable).toBe(2);
  });

  it('never pass an unfinished offset and reach the end when all are finished, in any order', () => {
    const runs = fc
      .uniqueArray(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 120 })
      .chain((taken) =>
        fc.record({
          taken: fc.constant([...taken].sort((a, b) => a - b)),
          finished: fc.shuffledSubarray(taken, { minLength: taken.length }),
          // How many are taken before each end.
          steps: fc.array(fc.nat(4), { minLength: taken.length, maxLength: taken.length }),
        }),
      );
    fc.assert(
      fc.property(runs, ({ taken, finished, steps }) => {
        const offsets = createOffsets();
        const open = new Set<number>();
        let count = 0;
        const takeTo = (upTo: number): void => {
          for (const offset of taken.slice(count, upTo)) {
            offsets.take(offset);
            open.add(offset);
          }
          count = Math.max(count, Math.min(upTo, taken.length));
        };
        let before = 0;
        finished.forEach((offset, index) => {
          takeTo(Math.max(count + (steps[index] ?? 0), taken.indexOf(offset) + 1));
          offsets.finish(offset);
          open.delete(offset);
          const firstOpen = open.size > 0 ? Math.min(...open) : offsets.next;
          expect(offsets.committable).toBe(firstOpen);
          expect(offsets.committable).toBeGreaterThanOrEqual(before);
          before = offsets.committable ?? 0;
        });
        expect(offsets.committable).toBe((taken.at(-1) ?? 0) + 1);
        expect(offsets.uncommitted).toBe(0);
      }),
    );
  });

  it('stay small when one old offset is open among very many', () => {
    const offsets = createOffsets();
    for (let offset = 0; offset < 5_000; offset += 1) offsets.take(offset);
    for (let offset = 4_999; offset > 0; offset -= 1) offsets.finish(offset);
    expect([offsets.committable, offsets.uncommitted]).toEqual([0, 5_000]);
    offsets.finish(0);
    expect([offsets.committable, offsets.uncommitted]).toEqual([5_000, 0]);
  });
});

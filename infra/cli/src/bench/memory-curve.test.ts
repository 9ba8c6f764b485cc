import { curveTable, growthOf } from './memory-curve.ts';

const values = (count: number, at: (index: number) => number): number[] =>
  Array.from({ length: count }, (_, index) => at(index));

describe('a memory curve', () => {
  it('tells growth from the end of the warm-up on, not from the start', () => {
    const flat = values(100, (index) => (index < 20 ? 50 + index : 100));
    const leak = values(100, (index) => 100 + index);
    const [first, second] = growthOf({ everyMs: 5_000, megabytes: { flat, leak } }, 4);
    expect(first).toMatchObject({ process: 'flat', start: 50, growth: 0, most: 100 });
    expect(second?.growth).toBeGreaterThan(0.4);
    expect(second?.parts).toEqual([112, 137, 162, 187]);
  });

  it('is no worse for a single burst', () => {
    const burst = values(100, (index) => (index === 97 ? 900 : 100));
    expect(growthOf({ everyMs: 5_000, megabytes: { burst } }, 2)[0]).toMatchObject({ growth: 0, most: 900 });
  });

  it('is a line for each process', () => {
    const curve = { everyMs: 60_000, megabytes: { mapping: values(8, () => 170) } };
    expect(curveTable(curve, 2).split('\n')).toEqual([
      'process  start  4.0 min  8.0 min  most  growth',
      'mapping  170    170      170      170   +0.0 %',
    ]);
  });
});

import { Faults } from './faults.ts';

const kinds = ['slow', 'cut'] as const;
const hits = (faults: Faults<'slow' | 'cut'>, calls: number): number =>
  Array.from({ length: calls }, () => faults.hit('create', 'A').length).reduce((sum, one) => sum + one, 0);

describe('faults', () => {
  it('hit the next calls only, as many as asked for', () => {
    const faults = new Faults(kinds);
    faults.add({ kind: 'cut', calls: 2 });
    expect(hits(faults, 5)).toBe(2);
    expect(faults.list()).toMatchObject([{ kind: 'cut', callsLeft: 0, hits: 2 }]);
  });

  it('hit the operation and object that they name', () => {
    const faults = new Faults(kinds);
    faults.add({ kind: 'cut', operation: 'update', objectApiName: 'A' });
    expect(faults.hit('create', 'A')).toEqual([]);
    expect(faults.hit('update', 'B')).toEqual([]);
    expect(faults.hit('update', 'A')).toMatchObject([{ kind: 'cut' }]);
  });

  it('hit the same calls again with the same seed', () => {
    const run = (seed: number): boolean[] => {
      const faults = new Faults(kinds);
      faults.add({ kind: 'cut', probability: 0.3, seed });
      return Array.from({ length: 200 }, () => faults.hit('create', 'A').length === 1);
    };
    expect(run(7)).toEqual(run(7));
    expect(run(7)).not.toEqual(run(8));
    const share = run(7).filter(Boolean).length / 200;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.4);
  });

  it('combine, one of each kind', () => {
    const faults = new Faults(kinds);
    faults.add({ kind: 'slow' });
    faults.add({ kind: 'cut' });
    faults.add({ kind: 'cut' });
    expect(faults.hit('create', 'A').map(({ kind }) => kind)).toEqual(['slow', 'cut']);
  });

  it('end with a reset', () => {
    let resets = 0;
    const faults = new Faults(kinds, () => (resets += 1));
    faults.add({ kind: 'cut' });
    faults.reset();
    expect(hits(faults, 3)).toBe(0);
    expect(resets).toBe(1);
  });

  it('refuse a kind that does not exist and name those that do', () => {
    expect(() => new Faults(kinds).add({ kind: 'explode' })).toThrow('kind must be one of slow, cut');
  });
});

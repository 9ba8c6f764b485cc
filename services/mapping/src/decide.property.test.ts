import fc from 'fast-check';
import { World, type Draw, type WorldOptions } from './testing/world.ts';

/** mulberry32: a small seeded source, so that a failing run can be repeated from its seed. */
function drawFrom(seed: number): Draw {
  let a = seed >>> 0;
  return (below) => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return below <= 0 ? 0 : ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

interface Run {
  world: World;
  lastOf: Map<string, string>;
}

function live(seed: number, options: Omit<WorldOptions, 'draw'>, sides: readonly ('crm' | 'erp')[]): Run {
  const draw = drawFrom(seed);
  const world = new World({ ...options, draw });
  const lastOf = new Map<string, string>();
  for (let i = 0; i < 80; i += 1) {
    const what = draw(10);
    if (what < 3) {
      const side = sides[draw(sides.length)] ?? 'crm';
      const value = `v${String(i)}`;
      // Records that began on a side are edited there, and what the sync made of them is edited too.
      const there = side === 'crm' ? [...world.crm.keys()] : [...world.erp.keys()];
      const id =
        there.length > 0 && draw(3) > 0 ? (there[draw(there.length)] ?? '') : `${side}${String(draw(4))}`;
      if (side === 'crm') world.editCrm(id, value);
      else world.editErp(id, value);
      lastOf.set(`${side}/${id}`, value);
    } else if (what < 9) world.step();
    else world.passTime(draw(20_000));
  }
  return { world, lastOf };
}

function valuesByKey(side: ReadonlyMap<string, { key: string; value: string }>): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const { key, value } of side.values()) values.set(key, [...(values.get(key) ?? []), value]);
  return values;
}

function expectInStep({ world }: Run): void {
  const crm = valuesByKey(world.crm);
  const erp = valuesByKey(world.erp);
  expect([...crm.keys()].sort()).toEqual([...erp.keys()].sort());
  for (const [key, values] of crm) {
    expect({ key, crm: values.length, erp: erp.get(key)?.length }).toEqual({ key, crm: 1, erp: 1 });
    expect({ key, values }).toEqual({ key, values: erp.get(key) });
  }
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const numRuns = 400;

describe('decide, over random interleavings', () => {
  it('creates each CRM record once in the ERP and leaves the newest value there, with faults and crashes', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const run = live(seed, { directions: ['toErp'], erpFaults: 40, crashes: 15, causedByTold: true }, [
          'crm',
        ]);
        run.world.settle();
        expectInStep(run);
        const values = new Set([...run.world.erp.values()].map(({ value }) => value));
        expect(values).toEqual(new Set(run.lastOf.values()));
      }),
      { numRuns },
    );
  });

  it('creates each ERP record once in the CRM and leaves the newest value there, with crashes', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const run = live(seed, { directions: ['toCrm'], erpFaults: 0, crashes: 15, causedByTold: true }, [
          'erp',
        ]);
        run.world.settle();
        expectInStep(run);
        const values = new Set([...run.world.crm.values()].map(({ value }) => value));
        expect(values).toEqual(new Set(run.lastOf.values()));
      }),
      { numRuns },
    );
  });

  it.each([true, false])(
    'brings both sides of two-way streams into step (causedBy told: %s)',
    (causedByTold) => {
      fc.assert(
        fc.property(seeds, (seed) => {
          const options = {
            directions: ['toErp', 'toCrm'] as const,
            erpFaults: 30,
            crashes: 10,
            causedByTold,
          };
          const run = live(seed, options, ['crm', 'erp']);
          run.world.settle();
          expectInStep(run);
        }),
        { numRuns },
      );
    },
  );

  it('answers an edit with one write and no echo once both sides are in step', () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom('crm' as const, 'erp' as const), (seed, side) => {
        const run = live(
          seed,
          { directions: ['toErp', 'toCrm'], erpFaults: 0, crashes: 0, causedByTold: true },
          [side],
        );
        run.world.settle();
        const before = { ...run.world.writes };
        const id = [...run.world[side].keys()][0];
        if (id === undefined) return;
        if (side === 'crm') run.world.editCrm(id, 'last');
        else run.world.editErp(id, 'last');
        run.world.settle();
        const other = side === 'crm' ? 'erp' : 'crm';
        expect(run.world.writes[other] - before[other]).toBe(1);
        expect(run.world.writes[side]).toBe(before[side]);
        expectInStep(run);
      }),
      { numRuns },
    );
  });
});

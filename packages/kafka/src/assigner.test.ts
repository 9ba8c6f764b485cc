import fc from 'fast-check';
import { sharePartitions, type Member } from './assigner.ts';

const twelve = Array.from({ length: 12 }, (_, partition) => partition);
const flat = (shares: Map<string, number[]>): number[] => [...shares.values()].flat().sort((a, b) => a - b);

describe('sharing partitions', () => {
  it('gives a lone member everything', () => {
    expect(sharePartitions([{ id: 'a', owned: [] }], twelve).get('a')).toEqual(twelve);
  });

  it('moves only what a new member needs', () => {
    const before = sharePartitions([{ id: 'b', owned: [] }], twelve).get('b') ?? [];
    const after = sharePartitions(
      [
        { id: 'a', owned: [] },
        { id: 'b', owned: before },
      ],
      twelve,
    );
    expect(after.get('a')).toHaveLength(6);
    expect(after.get('b')?.every((partition) => before.includes(partition))).toBe(true);
  });

  it('leaves a member without a share when there are more members than partitions', () => {
    const members = ['a', 'b', 'c'].map((id) => ({ id, owned: [] }));
    expect([...sharePartitions(members, [0, 1]).values()].map((share) => share.length).sort()).toEqual([
      0, 1, 1,
    ]);
  });

  it('gives each partition to exactly one member, evenly, whatever members say they own', () => {
    const members = fc
      .uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 })
      .chain((ids) =>
        fc.tuple(
          ...ids.map((id) => fc.array(fc.integer({ min: -1, max: 15 })).map((owned) => ({ id, owned }))),
        ),
      );
    fc.assert(
      fc.property(members, fc.integer({ min: 1, max: 12 }), (list: Member[], count) => {
        const partitions = twelve.slice(0, count);
        const shares = sharePartitions(list, partitions);
        expect(flat(shares)).toEqual(partitions);
        const sizes = [...shares.values()].map((share) => share.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('moves nothing when the same members share again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 14 }), (count) => {
        const ids = Array.from({ length: count }, (_, index) => `m${index}`);
        const first = sharePartitions(
          ids.map((id) => ({ id, owned: [] })),
          twelve,
        );
        const again = sharePartitions(
          ids.map((id) => ({ id, owned: first.get(id) ?? [] })),
          twelve,
        );
        expect(again).toEqual(first);
      }),
    );
  });
});

import { nextSlice, nextSliceMs } from './slices.ts';

const sizes = { ms: 100, ids: 2 };
const range = { ids: null, from: 1_000, to: 1_250 };

describe('the next slice', () => {
  it('of a range begins at the cursor and ends at its size, or at the end of the range', () => {
    expect(nextSlice({ ...range, cursor: 1_000 }, sizes)).toEqual({
      kind: 'range',
      from: 1_000,
      to: 1_100,
      end: 1_100,
    });
    expect(nextSlice({ ...range, cursor: 1_200 }, sizes)).toEqual({
      kind: 'range',
      from: 1_200,
      to: 1_250,
      end: 1_250,
    });
  });

  it('is none behind the last one', () => {
    expect(nextSlice({ ...range, cursor: 1_250 }, sizes)).toBeNull();
    expect(nextSlice({ ids: ['a'], from: null, to: null, cursor: 1 }, sizes)).toBeNull();
  });

  it('of ids has as many as are asked for at once', () => {
    const ids = ['a', 'b', 'c'];
    expect(nextSlice({ ids, from: null, to: null, cursor: 0 }, sizes)).toEqual({
      kind: 'ids',
      ids: ['a', 'b'],
      end: 2,
    });
    expect(nextSlice({ ids, from: null, to: null, cursor: 2 }, sizes)).toEqual({
      kind: 'ids',
      ids: ['c'],
      end: 3,
    });
  });

  it('covers a range without gap or overlap, whatever its size', () => {
    let cursor = range.from;
    const bounds: number[] = [cursor];
    for (let ms = 30; ; ms += 7) {
      const slice = nextSlice({ ...range, cursor }, { ...sizes, ms });
      if (slice?.kind !== 'range') break;
      expect(slice.from).toBe(cursor);
      cursor = slice.end;
      bounds.push(cursor);
    }
    expect(bounds.at(-1)).toBe(range.to);
  });
});

describe('the size of the next slice', () => {
  const full = 86_400_000;

  it('shrinks with what a slice held too much, to a minute at least', () => {
    expect(nextSliceMs(full, { records: 2_000, most: 500, full })).toBe(full / 4);
    expect(nextSliceMs(full, { records: 100_000_000, most: 500, full })).toBe(60_000);
  });

  it('grows again up to the full one while there is little', () => {
    expect(nextSliceMs(full / 4, { records: 100, most: 500, full })).toBe(full / 2);
    expect(nextSliceMs(full, { records: 0, most: 500, full })).toBe(full);
    expect(nextSliceMs(full / 4, { records: 400, most: 500, full })).toBe(full / 4);
  });
});

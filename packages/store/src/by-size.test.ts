import { groupBySize, maxReadBytes } from './by-size.ts';

const half = maxReadBytes / 2;

describe('groupBySize', () => {
  it('keeps the order and the limit', () => {
    const sizes = [half, half, 1, half, maxReadBytes, 1, 1].map((bytes, index) => ({
      id: String(index),
      bytes,
    }));
    expect(groupBySize(sizes)).toEqual([['0', '1'], ['2', '3'], ['4'], ['5', '6']]);
  });

  it('gives a document over the limit a group of its own', () => {
    const sizes = [1, maxReadBytes + 1, 1].map((bytes, index) => ({ id: String(index), bytes }));
    expect(groupBySize(sizes)).toEqual([['0'], ['1'], ['2']]);
    expect(groupBySize([])).toEqual([]);
  });
});

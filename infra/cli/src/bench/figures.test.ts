import { median, medianText, percentile, Sheet, shortNumber } from './figures.ts';

describe('median', () => {
  it('is the middle value, or the mean of the two in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });
});

describe('percentile', () => {
  it('is the value that the share does not exceed', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentile(values, 0.5)).toBe(50);
    expect(percentile(values, 0.99)).toBe(99);
    expect(percentile([7], 0.99)).toBe(7);
  });
});

describe('shortNumber', () => {
  it('keeps three digits', () => {
    expect([12345, 45.678, 0.12345, 0, NaN].map(shortNumber)).toEqual(['12,300', '45.7', '0.123', '0', '-']);
  });
});

describe('Sheet', () => {
  it('collects the runs of each figure', () => {
    const sheet = new Sheet();
    for (const value of [3, 1, 2]) sheet.add({ id: 'a', label: 'A', unit: '/s' }, value);
    expect(sheet.figures().map(medianText)).toEqual(['2 (1..3)']);
  });
});

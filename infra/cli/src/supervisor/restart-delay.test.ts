import { deathsInRow, goodRunMs, restartDelayMs } from './restart-delay.ts';

describe('restartDelayMs', () => {
  it('grows with each death in a row and then stays', () => {
    expect([1, 2, 3, 4, 5, 6, 100].map(restartDelayMs)).toEqual([
      1000, 2000, 5000, 10_000, 30_000, 30_000, 30_000,
    ]);
  });
});

describe('deathsInRow', () => {
  it('counts on after a short run', () => {
    expect(deathsInRow(3, goodRunMs - 1)).toBe(4);
  });

  it('begins anew after a good one', () => {
    expect(deathsInRow(3, goodRunMs)).toBe(1);
  });
});

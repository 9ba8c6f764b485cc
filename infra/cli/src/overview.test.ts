import { describeCounts } from './overview.ts';

describe('describeCounts', () => {
  it('names every count that the console knows', () => {
    expect(describeCounts({ records: { failed: 2, waiting: 1, deadLetters: null }, since: 'x' })).toEqual([
      'records: failed 2, waiting 1',
    ]);
  });

  it.each([null, 'text', {}, { records: {} }])('says that %p holds none', (body) => {
    expect(describeCounts(body)).toEqual(['records: unknown, the console has not counted them yet']);
  });
});

import { describeCounts } from './overview.ts';

describe('describeCounts', () => {
  it('names every number of the answer', () => {
    expect(describeCounts({ counts: { failed: 2, waiting: 1 }, revision: 7, name: 'x' })).toEqual([
      'records: failed 2, waiting 1, revision 7',
    ]);
  });

  it.each([null, 'text', [1], {}])('has nothing to say of %p', (body) => {
    expect(describeCounts(body)).toEqual([]);
  });
});

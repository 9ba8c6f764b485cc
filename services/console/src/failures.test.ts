import { groupFailures } from './failures.ts';

const failure = (errorMessage: string | null, over: object = {}) => ({
  streamId: 'stream',
  status: 5 as const,
  errorClass: 'rejected',
  errorCode: 'E1',
  errorMessage,
  count: 1,
  newestAt: 1,
  ...over,
});

describe('groupFailures', () => {
  it('puts together what differs in values alone, and says what they share', () => {
    const counts = [
      failure('Customer "Acme" has no tax number C0017', { count: 2, newestAt: 5 }),
      failure('Customer "Beta" has no tax number C0018', { newestAt: 9 }),
    ];
    expect(groupFailures(counts)).toEqual([
      expect.objectContaining({
        count: 3,
        newestAt: 9,
        message: 'Customer … has no tax number …',
        text: 'has no tax number',
      }),
    ]);
  });

  it('keeps the whole message of failures that say the very same', () => {
    const [group] = groupFailures([failure('no such employee E7', { count: 4 })]);
    expect(group).toMatchObject({ message: 'no such employee E7', text: 'no such employee E7', count: 4 });
  });

  it('keeps streams, codes and states apart, the most frequent first', () => {
    const counts = [
      failure('a'),
      failure('a', { streamId: 'other', count: 3 }),
      failure('a', { errorCode: 'E2', count: 2 }),
      failure(null, { status: 10 }),
    ];
    expect(groupFailures(counts).map(({ count }) => count)).toEqual([3, 2, 1, 1]);
  });
});

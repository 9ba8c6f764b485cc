import { describeWindows } from './polls.ts';

const aWindow = (over = {}) => ({
  objectApiName: 'BD_Customer',
  status: 'complete',
  received: 3,
  fates: { changed: 1, unchanged: 2, errors: 0, waiting: 0 },
  error: null,
  ...over,
});

describe('the polls in status', () => {
  it('sum up what the windows brought', () => {
    expect(describeWindows('81138', [aWindow(), aWindow()])).toEqual([
      'polls of 81138, last 2 windows: received 6, changed 2, unchanged 4, errors 0, waiting 0',
    ]);
  });

  it('name the newest window of which something is missing', () => {
    const short = aWindow({ status: 'short', error: 'the ERP counts 7 records and gave 5 in 2 readings' });
    expect(describeWindows('81138', [aWindow(), short, aWindow({ status: 'failed' })])[1]).toBe(
      '  short or failed: 2, the last of BD_Customer: the ERP counts 7 records and gave 5 in 2 readings',
    );
  });

  it('say nothing of a tenant that does not poll', () => {
    expect(describeWindows('81138', [])).toEqual([]);
  });
});

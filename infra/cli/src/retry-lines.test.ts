import { previewLines, retryLine } from './retry-lines.ts';

const progress = {
  done: 40,
  total: 50,
  created: 30,
  updated: 2,
  unchanged: 1,
  failed: 3,
  waiting: 0,
  left: { newer: 4 },
  ratePerSecond: 12.34,
};

describe('a bulk retry in the terminal', () => {
  it('tells how far it is and why some were left', () => {
    const task = {
      id: 'r',
      tenantId: 't',
      by: 'ann',
      state: 'running',
      createdAt: 1,
      lastError: null,
      progress,
    };
    expect(retryLine(task)).toBe(
      'running: 40 of 50 (30 created, 2 updated, 1 unchanged, 3 failed again, 4 left: newer 4), 12.3 a second',
    );
  });

  it('shows what it would do, the most frequent first', () => {
    const sample = [{ syncId: 's1', dataId: 'A1', outcome: 'skipped', reason: { message: 'changed since' } }];
    const preview = { total: 9, looked: 3, counts: { 'skipped: newer': 1, create: 2 }, sample };
    expect(previewLines(preview)).toEqual([
      '9 syncs are meant; the first 3 were looked at:',
      '       2 create',
      '       1 skipped: newer',
      'For instance:',
      '  A1 (s1): skipped: changed since',
    ]);
    expect(previewLines({ ...preview, total: 0 })).toHaveLength(1);
  });
});

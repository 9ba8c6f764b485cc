import { addTallies, tallyLine, tallyOfJest } from './tally.ts';

describe('tallyOfJest', () => {
  const report = {
    numPassedTests: 5,
    numFailedTests: 1,
    numPendingTests: 2,
    numTodoTests: 0,
    numRuntimeErrorTestSuites: 1,
  };

  it('counts a file that could not be run as a failure', () => {
    expect(tallyOfJest(report, false)).toEqual({ passed: 5, failed: 2, skipped: 2 });
  });

  it('counts a run that failed around its tests as one failure', () => {
    expect(tallyOfJest({ ...report, numFailedTests: 0, numRuntimeErrorTestSuites: 0 }, false).failed).toBe(1);
  });

  it('counts a run without a report as one failure', () => {
    expect(tallyOfJest(null, false)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});

describe('tallyLine', () => {
  it('is the plain line that CI reads', () => {
    expect(
      tallyLine(
        addTallies([
          { passed: 1, failed: 0, skipped: 0 },
          { passed: 2, failed: 3, skipped: 0 },
        ]),
      ),
    ).toBe('3 passed, 3 failed');
  });

  it('names what was skipped', () => {
    expect(tallyLine({ passed: 1, failed: 0, skipped: 4 })).toBe('1 passed, 0 failed, 4 skipped');
  });
});

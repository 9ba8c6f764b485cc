/** How a run came out, over all suites and steps. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

const nothingRun: Tally = { passed: 0, failed: 0, skipped: 0 };

export function addTallies(tallies: readonly Tally[]): Tally {
  return tallies.reduce(
    (sum, each) => ({
      passed: sum.passed + each.passed,
      failed: sum.failed + each.failed,
      skipped: sum.skipped + each.skipped,
    }),
    nothingRun,
  );
}

/** `12 passed, 0 failed`: the closing line that CI reads. */
export function tallyLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** The parts of `jest --json` that count. */
interface JestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  /** files that failed before a test of theirs ran */
  numRuntimeErrorTestSuites: number;
}

/**
 * What a jest run came to.
 * @param report its `--json` output; null when it wrote none
 * @param succeeded whether it exited with 0
 */
export function tallyOfJest(report: Partial<JestReport> | null, succeeded: boolean): Tally {
  const failed = (report?.numFailedTests ?? 0) + (report?.numRuntimeErrorTestSuites ?? 0);
  return {
    passed: report?.numPassedTests ?? 0,
    // A run that failed without a failed test did so around them: a teardown, a crash, a time limit.
    failed: succeeded ? failed : Math.max(failed, 1),
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
  };
}

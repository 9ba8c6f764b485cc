import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { seconds } from '../output.ts';
import { Refused } from '../refused.ts';
import { onStopSignals } from '../stop-signals.ts';
import { readCheckSteps, type CheckStep } from '../test-run/check-steps.ts';
import { runLimited } from '../test-run/run-limited.ts';
import { readSuites, runSuite, type Suite } from '../test-run/suites.ts';
import { addTallies, tallyLine, type Tally } from '../test-run/tally.ts';
import type { Context } from './command.ts';

const stepLimitMs = 5 * 60_000;
const listLimitMs = 60_000;

/** Everything CI runs; its last line is `N passed, N failed`. With a pattern, the tests whose file or name matches. */
export async function test(pattern: string | undefined, command: Context): Promise<void> {
  const { signal, release } = onStopSignals({
    onFirst: () => {
      command.output.warn('Stopping the tests. Ctrl-C again ends them at once.');
    },
    onSecond: () => process.exit(130),
  });
  try {
    await runTests(pattern, { ...command, signal });
  } finally {
    release();
  }
}

/** Stopped by the signal, what was not run counts as failed. */
interface TestContext extends Context {
  signal: AbortSignal;
}

async function runTests(pattern: string | undefined, context: TestContext): Promise<void> {
  const suites = await readSuites(context.installation.root);
  const tallies =
    pattern === undefined ? await runAll(suites, context) : await runMatching(pattern, suites, context);
  const sum = addTallies(tallies);
  context.output.say(tallyLine(sum));
  if (sum.failed > 0 || sum.passed === 0) process.exitCode = 1;
}

async function runAll(suites: Suite[], context: TestContext): Promise<Tally[]> {
  const tallies: Tally[] = [];
  for (const step of readCheckSteps(context.installation.root)) tallies.push(await runStep(step, context));
  for (const suite of suites) tallies.push(await runOne(suite, [], context));
  return tallies;
}

async function runMatching(pattern: string, suites: Suite[], context: TestContext): Promise<Tally[]> {
  const byFile = await filesMatching(pattern, context);
  const select = byFile ? ['--testPathPatterns', pattern] : ['--testNamePattern', pattern];
  const tallies: Tally[] = [];
  for (const suite of suites) tallies.push(await runOne(suite, select, context));
  const { passed, failed } = addTallies(tallies);
  if (passed + failed === 0) throw new Refused(`No test's file or name matches ${pattern}.`);
  // What the pattern left out was not skipped.
  return tallies.map((tally) => ({ ...tally, skipped: 0 }));
}

async function runStep(
  { name, shell }: CheckStep,
  { installation, env, output, signal }: TestContext,
): Promise<Tally> {
  const began = performance.now();
  output.say(`\n== ${shell}`);
  const code = await runLimited({
    command: 'sh',
    args: ['-c', shell],
    root: installation.root,
    env: { ...env },
    limitMs: stepLimitMs,
    signal,
  });
  output.say(
    `== ${name}: ${code === 0 ? 'passed' : `failed (exit code ${code})`} (${seconds(performance.now() - began)})`,
  );
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

async function runOne(
  suite: Suite,
  select: string[],
  { installation, env, output, signal }: TestContext,
): Promise<Tally> {
  const began = performance.now();
  output.say(`\n== ${suite.name} tests`);
  const tally = await runSuite(suite, { root: installation.root, env, select, signal });
  output.say(`== ${suite.name} tests: ${tallyLine(tally)} (${seconds(performance.now() - began)})`);
  return tally;
}

/** Does the pattern match a test file's path? */
async function filesMatching(pattern: string, { installation: { root } }: Context): Promise<boolean> {
  const list = promisify(execFile)(
    join(root, 'scripts/jest'),
    ['--listTests', '--testPathPatterns', pattern],
    {
      timeout: listLimitMs,
    },
  );
  const { stdout } = await list.catch(() => ({ stdout: '' }));
  return stdout.trim() !== '';
}

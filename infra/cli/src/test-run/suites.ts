import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Env } from '../installation.ts';
import { runLimited } from './run-limited.ts';
import { tallyOfJest, type Tally } from './tally.ts';

/** A jest project: unit, integration, e2e, browser. */
export interface Suite {
  name: string;
  limitMs: number;
  args: string[];
}

const minute = 60_000;
/** The suites that start whole systems run one file after the other: a machine of 2 cores has no room for two. */
const limits: Record<string, { limitMs: number; args: string[] }> = {
  unit: { limitMs: 4 * minute, args: [] },
  integration: { limitMs: 11 * minute, args: ['--maxWorkers=2'] },
  browser: { limitMs: 4 * minute, args: ['--runInBand'] },
};
const wholeSystem = { limitMs: 19 * minute, args: ['--runInBand'] };

/** The projects of jest.config.js, in its order. */
export async function readSuites(root: string): Promise<Suite[]> {
  const url = pathToFileURL(join(root, 'jest.config.js')).href;
  const config = (await import(url)) as { default: { projects: { displayName: string }[] } };
  return config.default.projects.map(({ displayName: name }) => ({ name, ...(limits[name] ?? wholeSystem) }));
}

export interface SuiteRun {
  root: string;
  env: Env;
  /** further jest arguments: which tests */
  select: string[];
  signal: AbortSignal;
}

/** Runs one suite and counts what it came to. No test is run twice. */
export async function runSuite(suite: Suite, { root, env, select, signal }: SuiteRun): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'syncline-test-'));
  const outputFile = join(folder, 'report.json');
  try {
    const code = await runLimited({
      command: join(root, 'scripts/jest'),
      args: [
        '--selectProjects',
        suite.name,
        '--passWithNoTests',
        '--json',
        `--outputFile=${outputFile}`,
        ...suite.args,
        ...select,
      ],
      root,
      env: { ...env },
      limitMs: suite.limitMs,
      signal,
    });
    return tallyOfJest(readReport(outputFile), code === 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(file: string): Record<string, number> | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
  } catch {
    return null;
  }
}

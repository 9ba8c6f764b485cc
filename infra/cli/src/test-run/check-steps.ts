import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One step of `pnpm check` that is no jest run. */
export interface CheckStep {
  /** its first word, for the report */
  name: string;
  shell: string;
}

/** The steps of `pnpm check` in package.json, so that CI and a developer check the same; jest runs by itself later. */
export function readCheckSteps(root: string): CheckStep[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts?: Record<string, string>;
  };
  return checkStepsOf(scripts?.check ?? '');
}

export function checkStepsOf(script: string): CheckStep[] {
  return script
    .split('&&')
    .map((step) => step.trim())
    .filter((step) => step !== '' && !step.includes('scripts/jest'))
    .map((shell) => ({ name: shell.split(' ').slice(0, 2).join(' '), shell }));
}

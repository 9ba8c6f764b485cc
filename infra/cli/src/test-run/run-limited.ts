import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { signalProcess } from '../supervisor/child.ts';
import { within } from '../waiting.ts';

export interface LimitedCommand {
  command: string;
  args: string[];
  root: string;
  env: Record<string, string | undefined>;
  limitMs: number;
}

/** A process that was asked to end has this long before it is killed. */
const graceMs = 20_000;

/**
 * Runs a command to its end, its output on this terminal. At its limit it and all it started are ended.
 * @returns its exit code; 124 when it ran into the limit, as timeout(1) has it
 */
export async function runLimited({ command, args, root, env, limitMs }: LimitedCommand): Promise<number> {
  const path = [join(root, 'node_modules/.bin'), env.PATH].join(delimiter);
  const child = spawn(command, args, {
    cwd: root,
    env: { ...env, PATH: path },
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  const exited = new Promise<number>((resolve) => {
    child.once('exit', (code) => {
      resolve(code ?? 1);
    });
    child.once('error', () => {
      resolve(127);
    });
  });
  const pid = child.pid ?? 0;
  const endGroup = (): void => {
    signalProcess(pid, 'SIGKILL');
  };
  const passOn = (): void => {
    signalProcess(pid, 'SIGTERM');
  };
  process.on('exit', endGroup);
  process.on('SIGINT', passOn).on('SIGTERM', passOn);
  try {
    if (await within(exited, limitMs)) return await exited;
    signalProcess(pid, 'SIGTERM');
    await within(exited, graceMs);
    return 124;
  } finally {
    process.off('exit', endGroup);
    process.off('SIGINT', passOn).off('SIGTERM', passOn);
    endGroup();
  }
}

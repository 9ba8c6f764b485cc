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
  /** ends it before its time */
  signal: AbortSignal;
}

/** A process that was asked to end has this long before it is killed. */
const graceMs = 20_000;
/** As timeout(1) has it. */
const lateExit = 124;

/**
 * Runs a command to its end, its output on this terminal. At its limit, and at the signal, it and all it started end.
 * @returns its exit code; 124 when it was ended
 */
export async function runLimited({
  command,
  args,
  root,
  env,
  limitMs,
  signal,
}: LimitedCommand): Promise<number> {
  if (signal.aborted) return lateExit;
  const path = [join(root, 'node_modules/.bin'), env.PATH].join(delimiter);
  const child = spawn(command, args, {
    cwd: root,
    env: { ...env, PATH: path },
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  const pid = child.pid ?? 0;
  const exited = new Promise<number>((resolve) => {
    child.once('exit', (code) => {
      resolve(code ?? 1);
    });
    child.once('error', () => {
      resolve(127);
    });
  });
  const over = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  const ended = new Promise<null>((resolve) => {
    over.addEventListener('abort', () => {
      resolve(null);
    });
  });
  const endGroup = (): void => {
    signalProcess(pid, 'SIGKILL');
  };
  process.on('exit', endGroup);
  try {
    const code = await Promise.race([exited, ended]);
    if (code !== null) return code;
    signalProcess(pid, 'SIGTERM');
    await within(exited, graceMs);
    return lateExit;
  } finally {
    process.off('exit', endGroup);
    endGroup();
  }
}

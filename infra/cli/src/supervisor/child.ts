import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { Program } from './program.ts';

/** How a process ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** it never started */
  error?: string;
}

export interface Child {
  /** 0 when it never started */
  pid: number;
  exited: Promise<Exit>;
}

/**
 * Starts the program with its output appended to `log`, which is closed here.
 * It leads a group of its own, so that Ctrl-C at the terminal reaches the supervisor alone, which stops all in order.
 */
export function launch(program: Program, log: number): Child {
  const child = spawn(program.command, program.args, {
    cwd: program.cwd,
    env: program.env,
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve({ code, signal });
    });
    child.once('error', (error) => {
      resolve({ code: null, signal: null, error: error.message });
    });
  });
  return { pid: child.pid ?? 0, exited };
}

/** `exit code 1`, `SIGKILL`, …: for a sentence. */
export function describeExit(exit: Exit): string {
  if (exit.error) return `it could not be started: ${exit.error}`;
  return exit.signal ? `ended by ${exit.signal}` : `exit code ${exit.code ?? 'unknown'}`;
}

/** Signals a process, and with `SIGKILL` whatever it started too. One that is gone is no error. */
export function signalProcess(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (pid <= 0) return;
  for (const target of signal === 'SIGKILL' ? [-pid, pid] : [pid]) {
    try {
      process.kill(target, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

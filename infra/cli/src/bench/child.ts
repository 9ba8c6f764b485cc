import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Answer, Call, Verbs } from './child-verbs.ts';

/** A process of the benchmark beside this one. */
export interface Child<V extends Verbs> {
  pid: number;
  /** @throws Error when the verb failed, or the process ended */
  call<K extends keyof V & string>(
    verb: K,
    ...argument: Parameters<V[K]>
  ): Promise<Awaited<ReturnType<V[K]>>>;
  stop(): void;
}

interface Waiter {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/**
 * Starts a role of main.ts and waits until it takes calls.
 * @param log file descriptor that its output goes to
 */
export async function startChild<V extends Verbs>(role: string, log: number): Promise<Child<V>> {
  const child = fork(join(import.meta.dirname, 'main.js'), [role], {
    execArgv: [],
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
  });
  const waiters = new Map<number, Waiter>();
  const ready = new Promise<unknown>((resolve, reject) => waiters.set(0, { resolve, reject }));
  listen(child, role, waiters);
  await ready;
  let calls = 0;
  return {
    pid: child.pid ?? 0,
    call: (verb, ...[argument]) =>
      new Promise((resolve, reject) => {
        const id = (calls += 1);
        waiters.set(id, { resolve: (value) => resolve(value as never), reject });
        child.send({ id, verb, argument: argument as unknown } satisfies Call);
      }),
    stop() {
      child.removeAllListeners();
      child.kill('SIGKILL');
    },
  };
}

function listen(child: ChildProcess, role: string, waiters: Map<number, Waiter>): void {
  child.on('message', (message) => {
    const answer = message as Answer;
    const waiter = waiters.get(answer.id);
    waiters.delete(answer.id);
    if ('error' in answer) waiter?.reject(new Error(`${role}: ${answer.error}`));
    else waiter?.resolve(answer.value);
  });
  const end = (reason: string): void => {
    for (const { reject } of waiters.values()) reject(new Error(`${role} ended: ${reason}`));
    waiters.clear();
  };
  child.on('exit', (code, signal) => end(signal ?? `exit code ${code ?? 'unknown'}`));
  child.on('error', (error) => end(error.message));
}

import type { Readiness } from '@syncline/chassis';
import { untilReady, within } from '../waiting.ts';
import type { Output } from '../output.ts';
import { describeExit, launch, signalProcess, type Child, type Exit } from './child.ts';
import type { LogFiles } from './log-files.ts';
import { startTokenOf } from './process-identity.ts';
import type { Program } from './program.ts';
import { deathsInRow, restartDelayMs } from './restart-delay.ts';
import type { RunFiles } from './run-files.ts';

export interface Surroundings {
  runFiles: RunFiles;
  logs: LogFiles;
  output: Output;
}

/** Exit code of a service that was given a bad setting (contract 1): starting it again changes nothing. */
const badSettingExit = 2;
const probeEveryMs = 150;

/** One program that is kept running until it is stopped. */
export class Supervised {
  readonly program: Program;
  readonly #around: Surroundings;
  readonly #ended = new AbortController();
  #child: Child | null = null;
  #startedAt = 0;
  #deaths = 0;
  #restarts = 0;
  #lastExit: Exit | null = null;
  #restartTimer: NodeJS.Timeout | null = null;
  /** restarts are told once the first start is over */
  #wasReady = false;

  constructor(program: Program, around: Surroundings) {
    this.program = program;
    this.#around = around;
  }

  /** Starts it and waits until it is ready. The reason it is not, otherwise. */
  async start(signal: AbortSignal): Promise<Readiness> {
    const giveUp = AbortSignal.any([signal, this.#ended.signal]);
    if (giveUp.aborted) return { ready: false, reason: 'it was told to stop' };
    this.#spawn();
    const readiness = await untilReady(() => this.#probe(), {
      withinMs: this.program.readyWithinMs,
      everyMs: probeEveryMs,
      signal: giveUp,
    });
    if (readiness.ready) this.#wasReady = true;
    if (readiness.ready || this.#child || !this.#lastExit) return readiness;
    return { ready: false, reason: describeExit(this.#lastExit) };
  }

  /** Asks it to end, and ends it at the limit. It is not started again. */
  async stop(): Promise<void> {
    this.#giveUp();
    const child = this.#child;
    if (child) {
      signalProcess(child.pid, 'SIGTERM');
      if (!(await within(child.exited, this.program.stopWithinMs))) {
        this.#around.output.warn(`${this.program.name} did not stop within its limit and is ended.`);
        signalProcess(child.pid, 'SIGKILL');
        await within(child.exited, 5000);
      }
    }
    this.#around.runFiles.remove(this.program.name);
  }

  /** Ends it at once. */
  kill(): void {
    this.#giveUp();
    if (this.#child) signalProcess(this.#child.pid, 'SIGKILL');
    this.#around.runFiles.remove(this.program.name);
  }

  #giveUp(): void {
    this.#ended.abort();
    if (this.#restartTimer) clearTimeout(this.#restartTimer);
    this.#restartTimer = null;
  }

  async #probe(): Promise<Readiness> {
    if (!this.#child)
      return { ready: false, reason: this.#lastExit ? describeExit(this.#lastExit) : 'not started' };
    return this.program.probe();
  }

  #spawn(): void {
    const { name, port, readyUrl } = this.program;
    const child = launch(this.program, this.#around.logs.open(name));
    this.#child = child;
    this.#startedAt = performance.now();
    if (child.pid > 0) {
      this.#around.runFiles.write({
        name,
        pid: child.pid,
        startToken: startTokenOf(child.pid) ?? '',
        port,
        readyUrl,
        startedAt: Date.now(),
        restarts: this.#restarts,
        lastExit: this.#lastExit && describeExit(this.#lastExit),
      });
    }
    void child.exited.then((exit) => {
      this.#onExit(exit);
    });
  }

  #onExit(exit: Exit): void {
    this.#child = null;
    this.#lastExit = exit;
    if (this.#ended.signal.aborted) return;
    if (!this.#wasReady && (exit.code === badSettingExit || exit.error)) {
      this.#giveUp();
      return;
    }
    this.#deaths = deathsInRow(this.#deaths, performance.now() - this.#startedAt);
    const delayMs = restartDelayMs(this.#deaths);
    this.#around.output.say(
      `${this.program.name} stopped (${describeExit(exit)}); it is started again in ${delayMs / 1000} s.`,
    );
    this.#restartTimer = setTimeout(() => {
      this.#restarts += 1;
      this.#spawn();
      if (this.#wasReady) void this.#tellReturn();
    }, delayMs);
  }

  async #tellReturn(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    const { name, readyWithinMs } = this.program;
    const gone = new AbortController();
    void child.exited.then(() => {
      gone.abort();
    });
    const signal = AbortSignal.any([gone.signal, this.#ended.signal]);
    const readiness = await untilReady(() => this.#probe(), {
      withinMs: readyWithinMs,
      everyMs: probeEveryMs,
      signal,
    });
    if (signal.aborted) return;
    this.#around.output.say(
      readiness.ready
        ? `${name} is back (pid ${child.pid}).`
        : `${name} runs again (pid ${child.pid}) but is not ready: ${readiness.reason}`,
    );
  }
}

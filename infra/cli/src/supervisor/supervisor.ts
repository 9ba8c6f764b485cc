import { requireFreePorts, type WantedPort } from '../ports.ts';
import { Refused } from '../refused.ts';
import { seconds } from '../output.ts';
import type { Program } from './program.ts';
import { Supervised, type Surroundings } from './supervised.ts';

const rotateEveryMs = 5000;

/** The ports that the operator decides on. */
export function fixedPorts(programs: Program[]): WantedPort[] {
  return programs.flatMap(({ name, host, port, portVariable }) =>
    portVariable ? [{ name, host, port, variable: portVariable }] : [],
  );
}

/** Runs programs in stages: a stage is started at once, and stages are stopped one after the other, last one first. */
export class Supervisor {
  readonly #around: Surroundings;
  readonly #stages: Supervised[][] = [];
  readonly #rotation: NodeJS.Timeout;
  /** The last resort: whatever ends this process takes its children along. */
  readonly #onProcessExit = (): void => {
    this.kill();
  };

  constructor(around: Surroundings) {
    this.#around = around;
    this.#rotation = setInterval(() => {
      this.#rotateLogs();
    }, rotateEveryMs);
    process.on('exit', this.#onProcessExit);
  }

  /**
   * Starts a stage and waits until all of it is ready.
   * @throws Refused when a port is in use, or with the reason and the end of the log of the first that is not
   */
  async start(programs: Program[], signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const stage = programs.map((program) => new Supervised(program, this.#around));
    this.#stages.push(stage);
    // Another process that took a port since `up` looked would answer the probe in the place of ours.
    await requireFreePorts(fixedPorts(programs));
    await Promise.all(stage.map((supervised) => this.#startOne(supervised, signal)));
  }

  /** Stops everything in reverse order, each within its limit. */
  async stop(): Promise<void> {
    for (const stage of this.#stages.toReversed()) {
      await Promise.all(stage.map((supervised) => supervised.stop()));
    }
    this.#close();
  }

  /** Ends everything at once. */
  kill(): void {
    for (const supervised of this.#stages.flat()) supervised.kill();
    this.#close();
  }

  #close(): void {
    clearInterval(this.#rotation);
    process.off('exit', this.#onProcessExit);
  }

  async #startOne(supervised: Supervised, signal: AbortSignal): Promise<void> {
    const { name, readyWithinMs } = supervised.program;
    const began = performance.now();
    const readiness = await supervised.start(signal);
    const took = performance.now() - began;
    if (signal.aborted) return;
    if (readiness.ready) {
      this.#around.output.say(`  ${name} is up (${seconds(took)})`);
      return;
    }
    const after = took >= readyWithinMs ? ` within ${readyWithinMs / 1000} s` : '';
    const tail = this.#around.logs.tail(name).map((line) => `    ${line}`);
    throw new Refused(
      [
        `${name} did not become ready${after}: ${readiness.reason}`,
        `The end of ${this.#around.logs.path(name)}:`,
        ...tail,
      ].join('\n'),
    );
  }

  #rotateLogs(): void {
    for (const { program } of this.#stages.flat()) {
      try {
        this.#around.logs.rotate(program.name);
      } catch (error) {
        this.#around.output.warn(`The log of ${program.name} could not be rotated: ${String(error)}`);
      }
    }
  }
}

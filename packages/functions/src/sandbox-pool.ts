import type { Job, ReplyTo } from './jobs.ts';
import { SandboxProcess, type Failed, type RunLimits } from './sandbox-process.ts';

export interface PoolOptions {
  /** processes at most; they are started when there is work for them */
  workers: number;
  /** heap of each */
  memoryMb: number;
}

/** The part of the chassis's logger that is used here. */
export interface SandboxLogger {
  warn(message: string, fields?: Record<string, unknown>): void;
}

/** No sandbox process can be started, or the pool has stopped: nothing is wrong with the job. */
export class SandboxUnavailable extends Error {
  override readonly name = 'SandboxUnavailable';
}

interface Turn {
  resolve(sandbox: SandboxProcess): void;
  reject(error: SandboxUnavailable): void;
}

/** A few sandbox processes, one job at a time each. A process that fails a job is replaced. */
export class SandboxPool {
  readonly #options: PoolOptions;
  readonly #all = new Set<SandboxProcess>();
  readonly #idle: SandboxProcess[] = [];
  readonly #turns: Turn[] = [];
  readonly #running = new Set<Promise<unknown>>();
  #starting = 0;
  #stopped = false;
  /** off after a start failed with it: not every system can limit a process's data */
  #limited = true;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** @throws SandboxUnavailable */
  async run<J extends Job>(job: J, limits: RunLimits): Promise<ReplyTo<J> | Failed> {
    const running = this.#runNow(job, limits);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Lets what runs end until the deadline, then ends all processes. */
  async drain(deadline: AbortSignal): Promise<void> {
    const late = new Promise((resolve) => {
      if (deadline.aborted) resolve(undefined);
      deadline.addEventListener('abort', resolve);
    });
    await Promise.race([Promise.allSettled(this.#running), late]);
    this.stop();
  }

  /** Ends all processes, whatever they do. */
  stop(): void {
    this.#stopped = true;
    for (const sandbox of this.#all) sandbox.kill();
    this.#refuseTurns(this.#turns.length);
  }

  async #runNow<J extends Job>(job: J, limits: RunLimits): Promise<ReplyTo<J> | Failed> {
    const sandbox = await this.#take();
    const reply = await sandbox.run(job, limits);
    this.#giveBack(sandbox);
    return reply;
  }

  #take(): Promise<SandboxProcess> {
    for (let sandbox = this.#idle.pop(); sandbox !== undefined; sandbox = this.#idle.pop()) {
      if (sandbox.alive) return Promise.resolve(sandbox);
      this.#all.delete(sandbox);
    }
    return new Promise((resolve, reject) => {
      this.#turns.push({ resolve, reject });
      if (this.#stopped) this.#refuseTurns(1);
      else this.#startMissing();
    });
  }

  #giveBack(sandbox: SandboxProcess): void {
    if (this.#stopped || sandbox.retired || !sandbox.alive) {
      sandbox.kill();
      this.#all.delete(sandbox);
      this.#startMissing();
      return;
    }
    const turn = this.#turns.shift();
    if (turn === undefined) this.#idle.push(sandbox);
    else turn.resolve(sandbox);
  }

  /** After the first job all processes are kept up, so that a broken one costs the next job no start. */
  #startMissing(): void {
    while (!this.#stopped && this.#all.size + this.#starting < this.#options.workers) {
      this.#starting += 1;
      void this.#start().then((sandbox) => {
        this.#starting -= 1;
        if (sandbox !== null) {
          this.#all.add(sandbox);
          this.#giveBack(sandbox);
        } else {
          this.#refuseTurns(1);
          if (this.#turns.length > 0) this.#startMissing();
        }
      });
    }
  }

  async #start(): Promise<SandboxProcess | null> {
    const sandbox = await SandboxProcess.start(this.#options.memoryMb, this.#limited);
    if (sandbox !== null || !this.#limited || this.#stopped) return sandbox;
    this.#limited = false;
    return SandboxProcess.start(this.#options.memoryMb, this.#limited);
  }

  #refuseTurns(count: number): void {
    const reason = this.#stopped ? 'the sandboxes have stopped' : 'no sandbox process can be started';
    for (const turn of this.#turns.splice(0, count)) turn.reject(new SandboxUnavailable(reason));
  }
}

import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { CallChannel, LateTimer, type AnswerCall } from './call-channel.ts';
import { cpuMsOf } from './cpu-time.ts';
import { callChannel, type FromSandbox, type Job, type ReplyTo } from './jobs.ts';

/** Why a job has no reply. */
export type Failed = { failed: 'time' | 'crash' };

export interface RunLimits {
  timeLimitMs: number;
  /** answers what the job asks meanwhile; the time that takes is not the job's */
  answerCall?: AnswerCall;
}

/** How often the time of a job that got less than a third of it is given again. */
const maxExtensions = 2;
const startTimeoutMs = 10_000;
/** CPU seconds after which the system ends a process: bounds what an orphan in an endless loop can burn. */
const cpuLimitSeconds = 90;
/** Virtual memory that Node reserves for code and that counts as data though it is never touched. */
const reservedMb = 576;
/** What a process may use above its heap: buffers, WebAssembly memory, stacks. */
const spareMb = 200;

/** From source under jest, from dist else: the two have the same names and differ in the ending. */
const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const program = fileURLToPath(new URL(`./worker.${ending}`, import.meta.url));

/** Only the code that a sandbox loads may be read: this package, and the installed packages around those it uses. */
function readableFolders(): string[] {
  const { resolve } = createRequire(import.meta.url);
  const packages = ['jsonata', 'quickjs-emscripten'].map((name) => {
    const [above = ''] = resolve(name).split(`${sep}node_modules${sep}`);
    return join(above, 'node_modules');
  });
  return [dirname(dirname(program)), ...new Set(packages)];
}

function nodeArguments(memoryMb: number): string[] {
  return [
    `--max-old-space-size=${String(memoryMb)}`,
    '--max-semi-space-size=8',
    '--v8-pool-size=1',
    '--disallow-code-generation-from-strings',
    '--permission',
    ...readableFolders().map((path) => `--allow-fs-read=${path}${sep}*`),
    '--disable-warning=ExperimentalWarning',
    program,
  ];
}

/**
 * A single allocation can pass the heap limit of V8 by hundreds of MB and then abort the whole process, worker threads or
 * not (measured: `$pad("x", 5e8)`). So a sandbox is a process, its data is limited by the system, and it leaves no core.
 */
function start(memoryMb: number, limited: boolean): ChildProcess {
  const limits = ['-c 0', `-t ${String(cpuLimitSeconds)}`];
  if (limited) limits.push(`-d ${String((reservedMb + memoryMb + spareMb) * 1024)}`);
  // A limit that is lower already cannot be raised, and a shell that is refused ends: so it is tried aside first.
  const script = limits.map((it) => `(ulimit ${it}) 2>/dev/null && ulimit ${it};`).join(' ');
  return spawn('/bin/sh', ['-c', `${script} exec "$0" "$@"`, process.execPath, ...nodeArguments(memoryMb)], {
    env: {},
    cwd: '/',
    // The fourth is the IPC channel of Node, the fifth `callChannel`.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc', 'pipe'],
    serialization: 'advanced',
  });
}

export class SandboxProcess {
  readonly #child: ChildProcess;
  readonly #calls: CallChannel;
  #alive = true;
  #onEnd: () => void = () => undefined;
  #onMessage: (message: FromSandbox) => void = () => undefined;
  /** asked to be replaced */
  retired = false;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#calls = new CallChannel(child.stdio[callChannel] as Duplex | null | undefined);
    const end = (): void => {
      this.#alive = false;
      this.#onEnd();
    };
    child.on('exit', end);
    child.on('error', end);
    child.on('message', (message: FromSandbox) => {
      this.#onMessage(message);
    });
  }

  /** @returns null when no process comes up */
  static async start(memoryMb: number, limited: boolean): Promise<SandboxProcess | null> {
    const sandbox = new SandboxProcess(start(memoryMb, limited));
    const first = await sandbox.#next({ timeLimitMs: startTimeoutMs });
    if (!('failed' in first)) return sandbox;
    sandbox.kill();
    return null;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Runs one job; a process that fails it is dead afterwards. */
  async run<J extends Job>(job: J, limits: RunLimits): Promise<ReplyTo<J> | Failed> {
    if (!this.#alive) return { failed: 'crash' };
    const next = this.#next(limits);
    this.#child.send(job, (error) => {
      if (error !== null) this.kill();
    });
    const message = await next;
    if ('failed' in message) {
      this.kill();
      return message;
    }
    if (!('reply' in message)) return { failed: 'crash' };
    this.retired = message.retire;
    return message.reply as ReplyTo<J>;
  }

  kill(): void {
    this.#alive = false;
    this.#child.kill('SIGKILL');
  }

  #next({ timeLimitMs, answerCall }: RunLimits): Promise<FromSandbox | Failed> {
    return new Promise((resolve) => {
      const { pid } = this.#child;
      const cpuBefore = cpuMsOf(pid) ?? 0;
      let patience = maxExtensions;
      const timer = new LateTimer(timeLimitMs, () => {
        // On a machine that is short of time, a job that was hardly run is not to blame.
        const starved = (cpuMsOf(pid) ?? Infinity) - cpuBefore < timeLimitMs / 3;
        patience -= 1;
        if (starved && patience >= 0) timer.restart();
        else settle({ failed: 'time' });
      });
      const settle = (result: FromSandbox | Failed): void => {
        timer.stop();
        this.#calls.close();
        this.#onMessage = () => undefined;
        this.#onEnd = () => undefined;
        resolve(result);
      };
      this.#onMessage = settle;
      this.#onEnd = () => {
        settle({ failed: 'crash' });
      };
      if (answerCall !== undefined) this.#calls.open(answerCall, timer);
    });
  }
}

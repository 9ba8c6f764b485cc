import { stringifyJson } from '@syncline/contract';
import { answerCalls, mostCalls, type CallApi, type CallLimits } from './answer-calls.ts';
import { BadHookResult, readHookResult, type HookResult, type SyncArg } from './hook-result.ts';
import type { FunctionOutcome, FunctionReply } from './jobs.ts';
import { LimitBreaker } from './limit-breaker.ts';
import { SandboxPool, type SandboxLogger } from './sandbox-pool.ts';

export interface HooksOptions extends Partial<CallLimits> {
  /** for messages of the logger (default `hooks`) */
  name?: string;
  /** sandbox processes at most (default 1) */
  workers?: number;
  /** for one hook, without its calls (default 500) */
  timeLimitMs?: number;
  /** for the function's own data, and 12 times the size of the record (default 32) */
  memoryMb?: number;
  logger: SandboxLogger;
}

/** A function of the config folder. */
export interface HookSource {
  file: string;
  source: string;
}

export type HookRun =
  { ok: true; result: HookResult; log: string[] } | { ok: false; message: string; log: string[] };

export type ScriptRun =
  /** `value`: what `execute` returned, as JSON text */
  { ok: true; value: string; log: string[] } | { ok: false; message: string; log: string[] };

/** Runs the functions of streams, and one-off scripts. A Part of the chassis. */
export interface Hooks {
  readonly name: string;
  start(): Promise<void>;
  stop(deadline: AbortSignal): Promise<void>;
  /** @throws SandboxUnavailable: it was not run */
  run(hook: HookSource, arg: SyncArg, callApi?: CallApi): Promise<HookRun>;
  /** @throws SandboxUnavailable: it was not run */
  runScript(script: HookSource, callApi?: CallApi): Promise<ScriptRun>;
}

const mib = 1024 * 1024;
const msPerMiB = 100;
const bytesPerByte = 12;
const graceMs = 500;
const heapMb = 160;
const script = { timeLimitMs: 5_000, mostCalls: 2_000, callTimeoutMs: 10_000, callsTimeoutMs: 60_000 };

class SandboxedHooks implements Hooks {
  readonly name: string;
  readonly #options: Required<HooksOptions>;
  readonly #pool: SandboxPool;
  readonly #breaker = new LimitBreaker();

  constructor(options: HooksOptions) {
    const limits = { timeLimitMs: 500, memoryMb: 32, callTimeoutMs: 3_000, callsTimeoutMs: 5_000 };
    this.#options = { name: 'hooks', workers: 1, ...limits, ...options };
    this.name = this.#options.name;
    this.#pool = new SandboxPool({ workers: this.#options.workers, memoryMb: heapMb });
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  stop(deadline: AbortSignal): Promise<void> {
    return this.#pool.drain(deadline);
  }

  async run(hook: HookSource, arg: SyncArg, callApi?: CallApi): Promise<HookRun> {
    if (this.#breaker.isResting(hook.source))
      return { ok: false, message: `${hook.file}: ${resting}`, log: [] };
    const input = stringifyJson(arg);
    const limits = { ...this.#options, timeLimitMs: this.#timeLimitMs(input.length), mostCalls };
    const reply = await this.#execute('hook', { ...hook, input }, limits, callApi);
    this.#breaker.note(hook.source, reply.broke);
    const { outcome, log } = reply;
    if ('message' in outcome) return { ok: false, message: placed(hook.file, outcome), log };
    try {
      return { ok: true, result: readHookResult(outcome.text, arg), log };
    } catch (error) {
      if (!(error instanceof BadHookResult)) throw error;
      return { ok: false, message: `${hook.file}: ${error.message}`, log };
    }
  }

  async runScript(source: HookSource, callApi?: CallApi): Promise<ScriptRun> {
    const { outcome, log } = await this.#execute('script', { ...source, input: '{}' }, script, callApi);
    if ('message' in outcome) return { ok: false, message: placed(source.file, outcome), log };
    return { ok: true, value: outcome.text, log };
  }

  #timeLimitMs(size: number): number {
    return this.#options.timeLimitMs + (size / mib) * msPerMiB;
  }

  async #execute(
    entry: 'hook' | 'script',
    { source, input }: { source: string; input: string },
    limits: CallLimits & { timeLimitMs: number; mostCalls: number },
    callApi: CallApi | undefined,
  ): Promise<FunctionReply> {
    const { timeLimitMs } = limits;
    const memoryBytes = this.#options.memoryMb * mib + input.length * bytesPerByte;
    const reply = await this.#pool.run(
      { kind: 'function', entry, source, input, timeLimitMs, memoryBytes, mostCalls: limits.mostCalls },
      { timeLimitMs: timeLimitMs + graceMs, answerCall: answerCalls(callApi, limits) },
    );
    return 'failed' in reply ? stopped(entry, reply.failed) : reply;
  }
}

const resting =
  'it broke its limits three times in a row and is not run for 30 s. Correct it, then try the record again';

function stopped(entry: string, failed: 'time' | 'crash'): FunctionReply {
  const message =
    failed === 'time'
      ? `the ${entry} ran over its time limit`
      : `the ${entry} needs more memory than it may have`;
  return { outcome: { message }, log: [], broke: true };
}

/** `hooks/check.js, line 3: TypeError: …` */
function placed(file: string, { message, line }: Extract<FunctionOutcome, { message: string }>): string {
  return line === undefined ? `${file}: ${message}` : `${file}, line ${String(line)}: ${message}`;
}

/** Runs hooks and scripts in sandbox processes that are started when they are needed. */
export function createHooks(options: HooksOptions): Hooks {
  return new SandboxedHooks(options);
}

import type { Adapter } from '@syncline/catalog';
import { stringifyJson } from '@syncline/contract';
import { NotAdapted, readAdapted, type AdaptedRecord } from './adapted-records.ts';
import { answerCalls, mostCalls, type CallApi } from './answer-calls.ts';
import type { AdapterInput, FunctionOutcome, FunctionReply } from './jobs.ts';
import { SandboxPool, type SandboxLogger } from './sandbox-pool.ts';
import type { Failed } from './sandbox-process.ts';

export type Adapted =
  { ok: true; records: AdaptedRecord[]; log: string[] } | { ok: false; message: string; log: string[] };

export interface AdaptersOptions {
  /** sandbox processes at most (default 1) */
  workers?: number;
  /** for one push, and 100 more for each MiB of it (default 500) */
  timeLimitMs?: number;
  /** for the adapter's own data, and 12 times the size of the push (default 32) */
  memoryMb?: number;
  /** for one call of `Fx.proxy.callAPI` (default 10000) */
  callTimeoutMs?: number;
  /** for all calls of one push (default 30000) */
  callsTimeoutMs?: number;
  logger: SandboxLogger;
}

/** Turns pushes without id into standard records (contract 3). A Part of the chassis. */
export interface Adapters {
  readonly name: string;
  start(): Promise<void>;
  stop(deadline: AbortSignal): Promise<void>;
  /**
   * @param callApi absent: the adapter's calls fail
   * @throws SandboxUnavailable: the adapter was not run
   */
  run(adapter: Adapter, input: AdapterInput, callApi?: CallApi): Promise<Adapted>;
}

const mib = 1024 * 1024;
const msPerMiB = 100;
const bytesPerByte = 12;
/** The engine ends an adapter by itself; the process is ended only when it does not. */
const graceMs = 500;
const callLimits = { callTimeoutMs: 10_000, callsTimeoutMs: 30_000 };
/** Heap of the process: the adapter's own data is not in it, but the texts that go in and out are. */
const heapMb = 160;

class SandboxedAdapters implements Adapters {
  readonly name = 'adapters';
  readonly #options: Required<AdaptersOptions>;
  readonly #pool: SandboxPool;

  constructor(options: AdaptersOptions) {
    this.#options = { workers: 1, timeLimitMs: 500, memoryMb: 32, ...callLimits, ...options };
    this.#pool = new SandboxPool({ workers: this.#options.workers, memoryMb: heapMb });
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  stop(deadline: AbortSignal): Promise<void> {
    return this.#pool.drain(deadline);
  }

  async run(adapter: Adapter, input: AdapterInput, callApi?: CallApi): Promise<Adapted> {
    const reply =
      adapter.kind === 'function'
        ? this.#runFunction(adapter.source, input, callApi)
        : this.#runExpression(adapter.expression, input);
    return adaptedOf(await reply);
  }

  async #runFunction(source: string, input: AdapterInput, callApi?: CallApi): Promise<FunctionReply> {
    const { memoryMb } = this.#options;
    const size = sizeOf(input);
    const timeLimitMs = this.#timeLimitMs(size);
    const memoryBytes = memoryMb * mib + size * bytesPerByte;
    const reply = await this.#pool.run(
      { kind: 'function', entry: 'adapt', source, input, timeLimitMs, memoryBytes, mostCalls },
      { timeLimitMs: timeLimitMs + graceMs, answerCall: answerCalls(callApi, this.#options) },
    );
    return 'failed' in reply ? { outcome: this.#stopped(reply), log: [], broke: true } : reply;
  }

  async #runExpression(
    expression: string,
    { headers, contentType, body, raw }: AdapterInput,
  ): Promise<FunctionReply> {
    const fixed = stringifyJson({ headers, contentType, raw });
    const input = `${fixed.slice(0, -1)},"body":${body ?? 'null'}}`;
    const reply = await this.#pool.run(
      { kind: 'expressions', requests: [{ input, expressions: [expression] }], sliceMs: 0 },
      { timeLimitMs: this.#timeLimitMs(input.length) },
    );
    if ('failed' in reply) return { outcome: this.#stopped(reply), log: [], broke: true };
    const outcome = reply.outcomes[0]?.[0] ?? { message: 'the adapter gave no answer' };
    return { outcome, log: [], broke: false };
  }

  #timeLimitMs(size: number): number {
    return this.#options.timeLimitMs + (size / mib) * msPerMiB;
  }

  #stopped({ failed }: Failed): FunctionOutcome {
    const message =
      failed === 'time'
        ? 'the adapter ran over its time limit'
        : 'the adapter needs more memory than it may have';
    this.#options.logger.warn(message);
    return { message };
  }
}

function sizeOf(input: AdapterInput): number {
  return input.raw.length + (input.body?.length ?? 0);
}

function adaptedOf({ outcome, log }: FunctionReply): Adapted {
  if ('message' in outcome) return { ok: false, message: placed(outcome), log };
  try {
    return { ok: true, records: readAdapted(outcome.text), log };
  } catch (error) {
    if (error instanceof NotAdapted) return { ok: false, message: error.message, log };
    throw error;
  }
}

function placed({ message, line }: Extract<FunctionOutcome, { message: string }>): string {
  return line === undefined ? message : `${message} (line ${String(line)})`;
}

/**
 * Runs push adapters in sandbox processes that are started when they are needed. An adapter that takes too long or too
 * much memory fails its own push only.
 */
export function createAdapters(options: AdaptersOptions): Adapters {
  return new SandboxedAdapters(options);
}

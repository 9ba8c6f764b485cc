import type { Adapter } from '@syncline/catalog';
import { parseJson, stringifyJson, textOf, type Json } from '@syncline/contract';
import { NotAdapted, readAdapted, type AdaptedRecord } from './adapted-records.ts';
import type { AnswerCall } from './call-channel.ts';
import type { AdapterInput, AdapterReply, ExpressionOutcome } from './jobs.ts';
import { SandboxPool, type SandboxLogger } from './sandbox-pool.ts';
import type { Failed } from './sandbox-process.ts';

/** What an adapter asks through `Fx.proxy.callAPI(name, header, params)` (contract 5). */
export interface ApiCall {
  name: string;
  header: Json;
  params: Json;
}

/** Carries out a call for the tenant of the push; `content` is the JSON text of the reply. */
export type CallApi = (call: ApiCall) => Promise<{ statusCode: number; content: string }>;

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
/** Heap of the process: the adapter's own data is not in it, but the texts that go in and out are. */
const heapMb = 160;

class SandboxedAdapters implements Adapters {
  readonly name = 'adapters';
  readonly #options: Required<AdaptersOptions>;
  readonly #pool: SandboxPool;
  readonly #running = new Set<Promise<unknown>>();

  constructor(options: AdaptersOptions) {
    this.#options = { workers: 1, timeLimitMs: 500, memoryMb: 32, callTimeoutMs: 10_000, ...options };
    this.#pool = new SandboxPool({ workers: this.#options.workers, memoryMb: heapMb });
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  async stop(deadline: AbortSignal): Promise<void> {
    const late = new Promise((resolve) => {
      if (deadline.aborted) resolve(undefined);
      deadline.addEventListener('abort', resolve);
    });
    await Promise.race([Promise.allSettled(this.#running), late]);
    this.#pool.stop();
  }

  async run(adapter: Adapter, input: AdapterInput, callApi?: CallApi): Promise<Adapted> {
    const reply =
      adapter.kind === 'function'
        ? this.#runFunction(adapter.source, input, callApi)
        : this.#runExpression(adapter.expression, input);
    this.#running.add(reply);
    try {
      return adaptedOf(await reply);
    } finally {
      this.#running.delete(reply);
    }
  }

  async #runFunction(source: string, input: AdapterInput, callApi?: CallApi): Promise<AdapterReply> {
    const { memoryMb } = this.#options;
    const size = sizeOf(input);
    const timeLimitMs = this.#timeLimitMs(size);
    const memoryBytes = memoryMb * mib + size * bytesPerByte;
    const reply = await this.#pool.run(
      { kind: 'adapter', source, input, timeLimitMs, memoryBytes },
      { timeLimitMs: timeLimitMs + graceMs, answerCall: answerWith(callApi, this.#options.callTimeoutMs) },
    );
    return 'failed' in reply ? { outcome: this.#stopped(reply), log: [] } : reply;
  }

  async #runExpression(
    expression: string,
    { headers, contentType, body, raw }: AdapterInput,
  ): Promise<AdapterReply> {
    const fixed = stringifyJson({ headers, contentType, raw });
    const input = `${fixed.slice(0, -1)},"body":${body ?? 'null'}}`;
    const reply = await this.#pool.run(
      { kind: 'expressions', requests: [{ input, expressions: [expression] }], sliceMs: 0 },
      { timeLimitMs: this.#timeLimitMs(input.length) },
    );
    if ('failed' in reply) return { outcome: this.#stopped(reply), log: [] };
    return { outcome: reply.outcomes[0]?.[0] ?? { message: 'the adapter gave no answer' }, log: [] };
  }

  #timeLimitMs(size: number): number {
    return this.#options.timeLimitMs + (size / mib) * msPerMiB;
  }

  #stopped({ failed }: Failed): ExpressionOutcome {
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

function adaptedOf({ outcome, log }: AdapterReply): Adapted {
  if ('message' in outcome) return { ok: false, message: outcome.message, log };
  try {
    return { ok: true, records: readAdapted(outcome.text), log };
  } catch (error) {
    if (error instanceof NotAdapted) return { ok: false, message: error.message, log };
    throw error;
  }
}

/** `[failed, {statusCode, content, bytes}, errorMessage]` (contract 5) as JSON text. */
function callResult(statusCode: number, content: string, errorMessage: string): string {
  return stringifyJson([errorMessage !== '', { statusCode, content, bytes: null }, errorMessage]);
}

function answerWith(callApi: CallApi | undefined, timeoutMs: number): AnswerCall {
  return async (request) => {
    if (callApi === undefined) return callResult(0, '', 'calls are not available here');
    try {
      const { name = null, header = null, params = null } = parseJson(request) as Record<string, Json>;
      const reply = await within(timeoutMs, callApi({ name: textOf(name), header, params }));
      return callResult(reply.statusCode, reply.content, '');
    } catch (error) {
      return callResult(0, '', error instanceof Error ? error.message : 'the call failed');
    }
  };
}

async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${String(timeoutMs)} ms`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs push adapters in sandbox processes that are started when they are needed. An adapter that takes too long or too
 * much memory fails its own push only.
 */
export function createAdapters(options: AdaptersOptions): Adapters {
  return new SandboxedAdapters(options);
}

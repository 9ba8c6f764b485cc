import { parseJson, type Json } from '@syncline/contract';
import { AloneLane } from './alone-lane.ts';
import { SandboxPool, SandboxUnavailable, type SandboxLogger } from './sandbox-pool.ts';
import type { ExpressionOutcome, ExpressionRequest } from './jobs.ts';

export type Evaluated = { ok: true; value: Json } | { ok: false; message: string };

export interface EvaluatorOptions {
  /** sandbox processes at most */
  workers: number;
  /** for one request (default 250) */
  timeLimitMs?: number;
  /** heap of each sandbox (default 64) */
  memoryMb?: number;
  /** requests that may wait (default 10000) */
  maxWaiting?: number;
  logger: SandboxLogger;
}

/** More requests wait than the evaluator takes: come back later. */
export class EvaluatorBusy extends Error {
  override readonly name = 'EvaluatorBusy';
}

/** Runs JSONata where it can do no harm. A Part of the chassis. */
export interface Evaluator {
  readonly name: string;
  start(): Promise<void>;
  /** Lets what was asked finish until the deadline; then ends it. */
  stop(deadline: AbortSignal): Promise<void>;
  /**
   * One result for each expression, in order; nothing (undefined) is null.
   * @throws EvaluatorBusy, SandboxUnavailable: the request was not run
   */
  evaluate(request: ExpressionRequest): Promise<Evaluated[]>;
}

/** A batch goes to one sandbox in one message. */
const maxBatch = 64;
const maxBatchChars = 1024 * 1024;
/** After this long a sandbox begins no further request of its batch. */
const sliceMs = 50;
/** Reading a large record takes time that is not the expression's. */
const msPerMiB = 50;

interface Waiting {
  request: ExpressionRequest;
  chars: number;
  resolve(outcomes: ExpressionOutcome[]): void;
  reject(error: Error): void;
}

class BatchingEvaluator implements Evaluator {
  readonly name = 'evaluator';
  readonly #options: Required<EvaluatorOptions>;
  readonly #pool: SandboxPool;
  readonly #alone: AloneLane;
  readonly #queue: Waiting[] = [];
  #waiting = 0;
  #batches = 0;
  #scheduled = false;
  #onIdle: (() => void) | null = null;

  constructor(options: EvaluatorOptions) {
    this.#options = { timeLimitMs: 250, memoryMb: 64, maxWaiting: 10_000, ...options };
    this.#pool = new SandboxPool(this.#options);
    this.#alone = new AloneLane({
      // One sandbox stays for those that have done nothing wrong.
      lanes: Math.max(1, options.workers - 1),
      logger: options.logger,
      run: (request, chars) => this.#run([request], chars),
    });
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  async stop(deadline: AbortSignal): Promise<void> {
    if (this.#waiting > 0 && !deadline.aborted)
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
        deadline.addEventListener('abort', () => {
          resolve();
        });
      });
    this.#pool.stop();
  }

  async evaluate(request: ExpressionRequest): Promise<Evaluated[]> {
    if (request.expressions.length === 0) return [];
    const { maxWaiting } = this.#options;
    if (this.#waiting >= maxWaiting)
      throw new EvaluatorBusy(`${String(maxWaiting)} evaluations wait already`);
    this.#waiting += 1;
    try {
      return (await this.#outcomes(request)).map(evaluatedOf);
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#onIdle?.();
    }
  }

  #outcomes(request: ExpressionRequest): Promise<ExpressionOutcome[]> {
    const chars = charsOf(request);
    if (this.#alone.isSuspect(request)) return this.#alone.add(request, chars);
    return new Promise((resolve, reject) => {
      this.#queue.push({ request, chars, resolve, reject });
      this.#schedule();
    });
  }

  /** What arrives in the same turn of the event loop travels together. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#queue.length > 0 && this.#batches < this.#options.workers)
        void this.#runBatch(this.#nextBatch());
    });
  }

  #nextBatch(): Waiting[] {
    const share = Math.ceil(this.#queue.length / (this.#options.workers - this.#batches));
    const limit = Math.min(maxBatch, share);
    let chars = 0;
    let count = 0;
    for (const it of this.#queue) {
      chars += it.chars;
      if (count >= limit || (count > 0 && chars > maxBatchChars)) break;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }

  async #runBatch(batch: Waiting[]): Promise<void> {
    this.#batches += 1;
    try {
      const chars = batch.reduce((sum, it) => sum + it.chars, 0);
      const requests = batch.map((it) => it.request);
      const reply = await this.#run(requests, chars);
      // Which of them it was shows when each runs alone; the others are run again, and lose nothing but time.
      if ('failed' in reply)
        for (const it of batch) this.#alone.add(it.request, it.chars).then(it.resolve, it.reject);
      else {
        for (const [index, outcomes] of reply.outcomes.entries()) batch[index]?.resolve(outcomes);
        this.#queue.unshift(...batch.slice(reply.outcomes.length));
      }
    } catch (error) {
      const reason = error instanceof Error ? error : new SandboxUnavailable(String(error));
      for (const it of batch) it.reject(reason);
    } finally {
      this.#batches -= 1;
      if (this.#queue.length > 0) this.#schedule();
    }
  }

  #run(requests: ExpressionRequest[], chars: number) {
    const slice = requests.length > 1 ? sliceMs : 0;
    const timeLimitMs = this.#options.timeLimitMs + slice + (chars / (1024 * 1024)) * msPerMiB;
    return this.#pool.run({ kind: 'expressions', requests, sliceMs: slice }, { timeLimitMs });
  }
}

function charsOf(request: ExpressionRequest): number {
  const bindings = Object.values(request.bindings ?? {});
  return bindings.reduce((sum, text) => sum + text.length, request.input.length);
}

function evaluatedOf(outcome: ExpressionOutcome): Evaluated {
  return 'text' in outcome
    ? { ok: true, value: parseJson(outcome.text) }
    : { ok: false, message: outcome.message };
}

/**
 * Evaluates JSONata in sandbox processes that are started when they are needed. An expression that takes too long or too
 * much memory fails alone, within about a second; the sandbox is replaced and this process is not touched.
 */
export function createEvaluator(options: EvaluatorOptions): Evaluator {
  return new BatchingEvaluator(options);
}

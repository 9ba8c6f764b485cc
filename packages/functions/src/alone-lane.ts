import type { ExpressionOutcome, ExpressionReply, ExpressionRequest } from './jobs.ts';
import type { SandboxLogger } from './sandbox-pool.ts';
import type { Failed } from './sandbox-process.ts';

/** A request whose expressions broke a limit within this time does not travel with others. */
const suspectMs = 5 * 60_000;
const maxSuspects = 1000;

export interface AloneLaneOptions {
  /** requests that run side by side */
  lanes: number;
  logger: SandboxLogger;
  run(request: ExpressionRequest, chars: number): Promise<ExpressionReply | Failed>;
}

/**
 * Runs requests that were near a broken limit, one expression at a time, so that the guilty expression is found and
 * nobody else waits for it. A failure here is a verdict: it is the second one, in a sandbox of its own.
 */
export class AloneLane {
  readonly #options: AloneLaneOptions;
  readonly #suspects = new Map<string, number>();
  readonly #queue: (() => Promise<void>)[] = [];
  #running = 0;

  constructor(options: AloneLaneOptions) {
    this.#options = options;
  }

  isSuspect(request: ExpressionRequest): boolean {
    if (this.#suspects.size === 0) return false;
    const until = this.#suspects.get(keyOf(request)) ?? 0;
    return performance.now() < until;
  }

  add(request: ExpressionRequest, chars: number): Promise<ExpressionOutcome[]> {
    return new Promise((resolve, reject) => {
      this.#queue.push(() => this.#runAlone(request, chars).then(resolve, reject));
      this.#next();
    });
  }

  #next(): void {
    if (this.#running >= this.#options.lanes) return;
    const job = this.#queue.shift();
    if (job === undefined) return;
    this.#running += 1;
    void job().finally(() => {
      this.#running -= 1;
      this.#next();
    });
  }

  async #runAlone(request: ExpressionRequest, chars: number): Promise<ExpressionOutcome[]> {
    const outcomes: ExpressionOutcome[] = [];
    for (const expression of request.expressions) {
      const reply = await this.#options.run({ ...request, expressions: [expression] }, chars);
      if ('failed' in reply) outcomes.push(this.#convict(request, expression, reply.failed));
      else outcomes.push(...(reply.outcomes[0] ?? []));
    }
    return outcomes;
  }

  #convict(request: ExpressionRequest, expression: string, failed: Failed['failed']): ExpressionOutcome {
    this.#suspects.set(keyOf(request), performance.now() + suspectMs);
    if (this.#suspects.size > maxSuspects) this.#suspects.delete(this.#suspects.keys().next().value ?? '');
    const message =
      failed === 'time'
        ? 'the expression ran over its time limit'
        : 'the expression needs more memory than it may have';
    this.#options.logger.warn(message, { expression: expression.slice(0, 200) });
    return { message };
  }
}

function keyOf(request: ExpressionRequest): string {
  return request.expressions.join('\n');
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { DataCenter } from '@syncline/catalog';
import type { RecordData } from '@syncline/contract';
import {
  createErpClient,
  type Answer,
  type BatchQuery,
  type ErpCallContext,
  type ErpClient,
  type ErpClientOptions,
  type ErpFailure,
  type Failed,
  type QueriedById,
  type QueriedPage,
  type Written,
} from '@syncline/erp';

/** A call that brought nothing, where something was needed to go on. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
  readonly failure: ErpFailure;

  constructor(failure: ErpFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

type UpdateOptions = NonNullable<Parameters<ErpClient['update']>[2]>;

const maxWaitMs = 60_000;
const maxTries = 3;

/** The calls of one object, over the client of production, one at a time and at the data center's pace. */
export class Wire {
  readonly #client: ErpClient;
  readonly #call: ErpCallContext;
  #lastAnswer: Answer | null = null;
  #slowest = { ms: 0, url: '' };

  constructor(
    dataCenter: DataCenter,
    objectApiName: string,
    over: Pick<ErpClientOptions, 'privateNetworks'> = {},
  ) {
    this.#client = createErpClient({ ...over, onAnswer: (answer) => (this.#lastAnswer = answer) });
    this.#call = { dataCenter, objectApiName };
  }

  get lastAnswer(): Answer | null {
    return this.#lastAnswer;
  }

  get slowest(): { ms: number; url: string } {
    return this.#slowest;
  }

  async stop(): Promise<void> {
    await this.#client.stop(AbortSignal.timeout(1000));
  }

  create(record: RecordData, idempotencyKey: string): Promise<Written | Failed> {
    return this.#ask(() => this.#client.create({ ...this.#call, idempotencyKey }, record));
  }

  /** @param token another than the configured one */
  update(record: RecordData, options: UpdateOptions = {}, token?: string): Promise<Written | Failed> {
    const idempotencyKey = `syncline-check-${crypto.randomUUID()}`;
    return this.#ask(() => this.#client.update({ ...this.#with(token), idempotencyKey }, record, options));
  }

  byId(dataId: string, token?: string): Promise<QueriedById | Failed> {
    return this.#ask(() => this.#client.queryMasterById(this.#with(token), dataId));
  }

  batch(query: BatchQuery, token?: string): Promise<QueriedPage | Failed> {
    return this.#ask(() => this.#client.queryMasterBatch(this.#with(token), query));
  }

  #with(token: string | undefined): ErpCallContext {
    const { dataCenter } = this.#call;
    return token === undefined ? this.#call : { ...this.#call, dataCenter: { ...dataCenter, token } };
  }

  async #ask<T extends { ok: true; call: Failed['call'] }>(
    send: () => Promise<T | Failed>,
  ): Promise<T | Failed> {
    const { requestsPerSecond } = this.#call.dataCenter;
    for (let tries = 1; ; tries += 1) {
      this.#lastAnswer = null;
      const outcome = await send();
      const { durationMs, url } = outcome.call;
      if (durationMs > this.#slowest.ms) this.#slowest = { ms: durationMs, url };
      if (requestsPerSecond !== null) await sleep(1000 / requestsPerSecond);
      const waitMs = outcome.ok ? undefined : outcome.failure.retryAfterMs;
      if (waitMs === undefined || waitMs > maxWaitMs || tries === maxTries) return outcome;
      await sleep(waitMs);
    }
  }
}

/** @throws CallFailed */
export function needed<T extends { ok: true }>(outcome: T | Failed): T {
  if (!outcome.ok) throw new CallFailed(outcome.failure);
  return outcome;
}

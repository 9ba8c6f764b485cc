import { setTimeout as wait } from 'node:timers/promises';
import { maxMessageBytes } from '@syncline/contract';
import { messageOf, type Log } from '../shared/log.ts';
import { getOrAdd } from '../shared/tally.ts';
import type { CrmMessage } from './messages-of.ts';

/** Sends a batch; resolves when every replica has it. */
export type SendBatch = (messages: CrmMessage[]) => Promise<void>;

export interface OutboxDeps {
  send: SendBatch;
  /** everything up to this entry is with the broker */
  onProduced: (upTo: number) => void;
  log: Log;
}

interface Queued {
  seq: number;
  message: CrmMessage;
}

const maxBatchMessages = 1000;
const maxBatchBytes = 4 * 1024 * 1024;
const maxDelayMs = 5000;
const envelopeBytes = 64 * 1024;

/**
 * What the journal holds and the broker does not have yet. One batch is out at a time and the next one collects
 * meanwhile; a batch that failed is sent again, so messages keep their order and can only repeat.
 */
export class Outbox {
  private readonly deps: OutboxDeps;
  private queue: Queued[] = [];
  /** messages not yet with the broker, by entry, in the order of entries */
  private readonly unsent = new Map<number, number>();
  private readonly watchers = new Map<number, PromiseWithResolvers<undefined>>();
  private readonly stopped = new AbortController();
  private lastSeq = 0;
  private sending: Promise<void> | null = null;

  constructor(deps: OutboxDeps) {
    this.deps = deps;
  }

  /** Messages that wait. */
  get waiting(): number {
    return this.queue.length;
  }

  /** Says how many messages of an entry `enqueue` will get, at once or later. */
  expect(seq: number, count: number): void {
    this.lastSeq = Math.max(this.lastSeq, seq);
    if (count > 0) this.unsent.set(seq, (this.unsent.get(seq) ?? 0) + count);
  }

  enqueue(seq: number, messages: CrmMessage[]): void {
    for (const message of messages) this.queue.push({ seq, message });
    if (this.queue.length > 0) this.sending ??= this.sendAll();
  }

  /** Resolves when all messages of an entry are with the broker; rejects when this process stops first. */
  settled(seq: number): Promise<unknown> {
    if (!this.unsent.has(seq)) return Promise.resolve();
    if (this.stopped.signal.aborted) return Promise.reject(new Error('the sandbox stops'));
    const watcher = getOrAdd(this.watchers, seq, () => Promise.withResolvers<undefined>());
    return watcher.promise;
  }

  /** Waits up to `withinMs` for what is queued, then gives up: the journal has it for the next start. */
  async stop(withinMs: number): Promise<void> {
    if (this.sending !== null) await Promise.race([this.sending, wait(withinMs, undefined, { ref: false })]);
    this.stopped.abort();
    for (const watcher of this.watchers.values()) watcher.reject(new Error('the sandbox stops'));
  }

  private async sendAll(): Promise<void> {
    // One turn later, so that all that this turn adds goes into one batch.
    await Promise.resolve();
    while (this.queue.length > 0 && !this.stopped.signal.aborted) {
      const batch = this.takeBatch();
      if (await this.sendUntilTaken(batch)) this.settle(batch);
    }
    this.sending = null;
  }

  private takeBatch(): Queued[] {
    let bytes = 0;
    let count = 0;
    while (count < this.queue.length && count < maxBatchMessages) {
      bytes += Buffer.byteLength(this.queue[count]?.message.value ?? '');
      if (count > 0 && bytes > maxBatchBytes) break;
      count += 1;
    }
    return this.queue.splice(0, count);
  }

  private async sendUntilTaken(batch: Queued[]): Promise<boolean> {
    const messages = batch.map(({ message }) => message).filter((message) => this.fits(message));
    for (let delayMs = 100; !this.stopped.signal.aborted; delayMs = Math.min(2 * delayMs, maxDelayMs)) {
      try {
        if (messages.length > 0) await this.deps.send(messages);
        return true;
      } catch (error) {
        this.deps.log.warn('the broker took no messages; they are sent again', {
          error: messageOf(error),
          delayMs,
        });
        await wait(delayMs, undefined, { signal: this.stopped.signal }).catch(() => undefined);
      }
    }
    return false;
  }

  /** A message that no topic takes would stop all that come behind it. */
  private fits({ topic, key, value }: CrmMessage): boolean {
    if (Buffer.byteLength(value) <= maxMessageBytes - envelopeBytes) return true;
    this.deps.log.warn('a message is too large for its topic and is not sent', { topic, key });
    return false;
  }

  private settle(batch: Queued[]): void {
    for (const { seq } of batch) {
      const left = (this.unsent.get(seq) ?? 1) - 1;
      if (left > 0) this.unsent.set(seq, left);
      else {
        this.unsent.delete(seq);
        this.watchers.get(seq)?.resolve(undefined);
        this.watchers.delete(seq);
      }
    }
    const [firstUnsent] = this.unsent.keys();
    this.deps.onProduced(firstUnsent === undefined ? this.lastSeq : firstUnsent - 1);
  }
}

import { setTimeout as wait } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { topics, type Topic } from '@syncline/contract';
import { messageOf, type Log } from '../shared/log.ts';
import { Commits } from './commits.ts';

/** One message that came in. */
export interface Arrived {
  topic: Topic;
  key: string;
  value: Buffer | null;
}

/** Takes a batch of one partition in order; what it resolves for is done and may be committed. */
export type TakeBatch = (batch: Arrived[], beat: () => Promise<void>) => Promise<void>;

const consumed: Topic[] = [topics.crmWrites, topics.crmReads];
const beatEveryMs = 1000;
/** A consumer that neither fetched nor beat for this long is thought dead (kafkajs can stop in silence). */
const silentMs = 60_000;
const maxDelayMs = 5000;

interface ConsumerDeps {
  kafka: Kafka;
  prefix: string;
  take: TakeBatch;
  log: Log;
}

/** Consumes `crm.writes` and `crm.reads` until it is stopped, with a new consumer after each crash. */
export class BrokerConsumer {
  private readonly deps: ConsumerDeps;
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private joined = false;

  constructor(deps: ConsumerDeps) {
    this.deps = deps;
  }

  start(): void {
    this.running = this.consumeForever();
  }

  notReady(): string | null {
    return this.joined ? null : 'the consumer is not in its group yet';
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async consumeForever(): Promise<void> {
    let delayMs = 100;
    while (!this.stopping.signal.aborted) {
      const began = Date.now();
      try {
        await this.consumeUntilCrash();
      } catch (error) {
        this.deps.log.warn('the consumer is built anew', { error: messageOf(error), delayMs });
      }
      this.joined = false;
      delayMs = Date.now() - began > silentMs ? 100 : Math.min(2 * delayMs, maxDelayMs);
      await wait(delayMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  /** Resolves when this process stops, rejects when the consumer crashed or fell silent. */
  private async consumeUntilCrash(): Promise<void> {
    const { kafka, prefix } = this.deps;
    const consumer = kafka.consumer({
      groupId: `${prefix}sandbox-crm`,
      // A killed process comes back only when its old membership has ended.
      sessionTimeout: 10_000,
      heartbeatInterval: 2000,
      allowAutoTopicCreation: false,
      maxBytesPerPartition: 1024 * 1024,
      // A stop waits for the fetch that is out.
      maxWaitTimeInMs: 1000,
      retry: {
        initialRetryTime: 100,
        maxRetryTime: 3000,
        retries: 5,
        restartOnFailure: () => Promise.resolve(false),
      },
    });
    const commits = new Commits(consumer);
    try {
      const ended = this.watch(consumer);
      await consumer.connect();
      await consumer.subscribe({ topics: consumed.map((topic) => prefix + topic), fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 24,
        eachBatch: (payload) => this.takeBatch(payload, commits),
      });
      await ended;
    } finally {
      await commits.stop();
      await consumer.disconnect().catch(() => undefined);
    }
  }

  private watch(consumer: Consumer): Promise<void> {
    let lastSign = Date.now();
    const sign = (): void => {
      lastSign = Date.now();
    };
    consumer.on(consumer.events.FETCH, sign);
    consumer.on(consumer.events.HEARTBEAT, sign);
    consumer.on(consumer.events.GROUP_JOIN, () => {
      this.joined = true;
      sign();
    });
    consumer.on(consumer.events.REBALANCING, () => {
      this.joined = false;
    });
    const over = new AbortController();
    const ended = new Promise<void>((resolve, reject) => {
      const watchdog = setInterval(() => {
        if (Date.now() - lastSign > silentMs) reject(new Error('the consumer fell silent'));
      }, 1000);
      over.signal.addEventListener('abort', () => {
        clearInterval(watchdog);
      });
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        reject(payload.error);
      });
      const stopped = (): void => {
        resolve();
      };
      this.stopping.signal.addEventListener('abort', stopped, { signal: over.signal });
      if (this.stopping.signal.aborted) stopped();
    });
    // It may be rejected before `run` returned and anyone waits for it.
    ended
      .catch(() => undefined)
      .finally(() => {
        over.abort();
      });
    return ended;
  }

  private async takeBatch(
    { batch, heartbeat, resolveOffset }: EachBatchPayload,
    commits: Commits,
  ): Promise<void> {
    const topic = batch.topic.slice(this.deps.prefix.length) as Topic;
    const arrived = batch.messages.map(({ key, value }) => ({
      topic,
      key: key?.toString('utf8') ?? '',
      value,
    }));
    const beating = setInterval(() => void heartbeat().catch(() => undefined), beatEveryMs);
    try {
      await this.deps.take(arrived, heartbeat);
      resolveOffset(batch.lastOffset());
      commits.note(batch.topic, batch.partition, batch.lastOffset());
    } finally {
      clearInterval(beating);
    }
  }
}

import {
  createGroupFlush,
  sleep,
  type GroupFlush,
  type Logger,
  type Part,
  type Readiness,
} from '@syncline/chassis';
import type { Topic } from '@syncline/contract';
import {
  Partitioners,
  type ICustomPartitioner,
  type Kafka as KafkaJs,
  type Producer as KafkaJsProducer,
  type RetryOptions,
} from 'kafkajs';
import { publishedTotal } from './metrics.ts';
import { bytesOf, groupedByTopic, refuseTooLarge, type Outgoing, type RawOutgoing } from './outgoing.ts';
import { settledWithin } from './settled-within.ts';

export interface Producer extends Part {
  /**
   * Settles once all replicas have all of the messages. Those of one call stay in order.
   * @throws MessageTooLarge before anything is sent
   * @throws QueueFull when too much waits already
   * @throws PublishFailed when the brokers did not take them within 30 s of trying; some may be there nevertheless
   */
  publish(messages: Outgoing[]): Promise<void>;
  ready(): Readiness;
}

export class PublishFailed extends Error {
  override readonly name = 'PublishFailed';
}

const sendWithinMs = 30_000;
const startWithinMs = 3_000;
const slowAfterSeconds = 5;
/** Tries under one producer id, whose repeats the broker drops: longer than `sendWithinMs`, which ends them. */
const producerRetry = { initialRetryTime: 100, maxRetryTime: 2_000, retries: 20 };
const betweenProducersMs = 500;
/** A topic refuses a record batch, not only a message, that is over its limit; so this is well below 16 MiB. */
const maxGroupBytes = 8 * 1024 * 1024;
const maxGroupMessages = 1_000;
const maxWaitingMessages = 50_000;
const maxWaitingBytes = 128 * 1024 * 1024;

interface ProducerOptions {
  createClient(retry: RetryOptions): KafkaJs;
  fullName(topic: Topic): string;
  logger: Logger;
}

/** Sends what waits in one request at a time; what arrives meanwhile makes up the next. */
export class GroupingProducer implements Producer {
  readonly name = 'kafka producer';
  private readonly options: ProducerOptions;
  private readonly group: GroupFlush<RawOutgoing, PublishFailed | null>;
  private connection: Promise<KafkaJsProducer> | null = null;
  private readonly closing = new AbortController();
  private sendingSince: number | null = null;
  private trouble: string | null = null;

  constructor(options: ProducerOptions) {
    this.options = options;
    this.group = createGroupFlush({
      flush: (messages) => this.flush(messages),
      maxItems: maxGroupMessages,
      maxBytes: maxGroupBytes,
      sizeOf: bytesOf,
      maxWaiting: maxWaitingMessages,
      maxWaitingBytes,
    });
  }

  /** Waits a moment for the brokers and no longer: a receiver has to come up while they are away. */
  async start(): Promise<void> {
    try {
      await settledWithin(startWithinMs, this.connected());
      this.trouble = null;
    } catch (error) {
      this.complain(reasonOf(error));
      void this.connectLater();
    }
  }

  /** Who has nothing to publish yet is ready, too, once the brokers are there. */
  private async connectLater(): Promise<void> {
    while (!this.closing.signal.aborted) {
      try {
        await this.connected();
        this.trouble = null;
        return;
      } catch (error) {
        this.complain(reasonOf(error));
        await sleep(betweenProducersMs, this.closing.signal);
      }
    }
  }

  async stop(deadline: AbortSignal): Promise<void> {
    await settledWithin(deadline, this.group.drain()).catch(noop);
    this.closing.abort();
    const connection = this.connection;
    this.connection = null;
    const closed = connection?.then((producer) => producer.disconnect());
    await settledWithin(1_500, closed ?? Promise.resolve()).catch(noop);
  }

  ready(): Readiness {
    const reason = this.trouble ?? this.slowness();
    return reason === null ? { ready: true } : { ready: false, reason: `${this.name}: ${reason}` };
  }

  async publish(messages: RawOutgoing[]): Promise<void> {
    messages.forEach(refuseTooLarge);
    const failures = await Promise.all(messages.map((message) => this.group.add(message)));
    const failure = failures.find((one) => one !== null);
    if (failure) throw failure;
  }

  private async flush(messages: RawOutgoing[]): Promise<(PublishFailed | null)[]> {
    this.sendingSince = Date.now();
    const results = await this.send(messages);
    this.sendingSince = null;
    return results;
  }

  /** @returns for each message why it was not taken, or null */
  private async send(messages: RawOutgoing[]): Promise<(PublishFailed | null)[]> {
    const giveUpAt = Date.now() + sendWithinMs;
    for (;;) {
      try {
        await this.sendOnce(messages, giveUpAt - Date.now());
        this.trouble = null;
        publishedTotal.inc(messages.length);
        return messages.map(() => null);
      } catch (error) {
        if (isRefusal(error)) return messages.length > 1 ? this.sendHalves(messages) : [failureOf(error)];
        this.complain(reasonOf(error));
        await sleep(betweenProducersMs, this.closing.signal);
        if (this.closing.signal.aborted || Date.now() >= giveUpAt)
          return messages.map(() => failureOf(error));
      }
    }
  }

  /**
   * A producer whose request was given up is not used again: it would send the next one under the same sequence
   * numbers, and the broker would take that for a repeat, acknowledge it and drop it.
   */
  private async sendOnce(messages: RawOutgoing[], withinMs: number): Promise<void> {
    const topicMessages = groupedByTopic(messages, this.options.fullName);
    const connection = this.connected();
    const sent = connection.then((producer) => producer.sendBatch({ acks: -1, topicMessages }));
    try {
      await settledWithin(withinMs, sent);
    } catch (error) {
      this.connection = null;
      // kafkajs goes on trying behind our back, and would connect again after an early disconnect.
      const over = sent.then(noop, noop).then(() => connection);
      over.then((producer) => producer.disconnect()).catch(noop);
      throw error;
    }
  }

  /** The brokers refused a request for what is in it: only the messages to blame are to fail. */
  private async sendHalves(messages: RawOutgoing[]): Promise<(PublishFailed | null)[]> {
    const middle = Math.ceil(messages.length / 2);
    const first = await this.send(messages.slice(0, middle));
    return [...first, ...(await this.send(messages.slice(middle)))];
  }

  private slowness(): string | null {
    const seconds = this.sendingSince === null ? 0 : Math.round((Date.now() - this.sendingSince) / 1_000);
    return seconds < slowAfterSeconds ? null : `Kafka has not taken a message for ${seconds} s`;
  }

  private complain(reason: string): void {
    if (this.trouble === null) this.options.logger.warn('Kafka does not take messages', { reason });
    this.trouble = reason;
  }

  private connected(): Promise<KafkaJsProducer> {
    if (this.connection !== null) return this.connection;
    const connection = connectProducer(this.options.createClient(producerRetry));
    connection.catch(() => {
      if (this.connection === connection) this.connection = null;
    });
    this.connection = connection;
    return connection;
  }
}

async function connectProducer(client: KafkaJs): Promise<KafkaJsProducer> {
  const producer = client.producer({
    idempotent: true,
    // A second request in flight behind a failed one would arrive out of sequence.
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: choosePartitionOnce,
    retry: producerRetry,
  });
  await producer.connect();
  return producer;
}

/**
 * kafkajs asks again on each retry. A message without a key would get another partition then, whose sequence has
 * no place for it; so the first answer stays with the message.
 */
const choosePartitionOnce: ICustomPartitioner = () => {
  const choose = Partitioners.DefaultPartitioner();
  return (args) => (args.message.partition ??= choose(args));
};

/** Whether the brokers read the request and will never take it. */
function isRefusal(error: unknown): boolean {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && 'type' in cause && refusals.has(cause.type);
}

// The protocol's names, as kafkajs has them in `type`.
const refusals = new Set<unknown>([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_TIMESTAMP',
  'INVALID_RECORD',
]);

function failureOf(error: unknown): PublishFailed {
  return new PublishFailed(`Kafka did not take a message: ${reasonOf(error)}`, { cause: error });
}

function noop(): void {
  // nothing depends on it
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

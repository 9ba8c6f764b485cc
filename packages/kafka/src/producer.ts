import { createGroupFlush, type GroupFlush, type Logger, type Part, type Readiness } from '@syncline/chassis';
import type { Topic } from '@syncline/contract';
import {
  Partitioners,
  type ICustomPartitioner,
  type Kafka as KafkaJs,
  type Producer as KafkaJsProducer,
} from 'kafkajs';
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
const connectWithinMs = 10_000;
/** Tries under one producer id, whose repeats the broker drops: about 20 s. */
const sendRetry = { initialRetryTime: 100, maxRetryTime: 2_000, retries: 12 };
/** A topic refuses a record batch, not only a message, that is over its limit; so this is well below 16 MiB. */
const maxGroupBytes = 8 * 1024 * 1024;
const maxGroupMessages = 1_000;
const maxWaitingMessages = 50_000;
const maxWaitingBytes = 128 * 1024 * 1024;

interface ProducerOptions {
  createClient(): KafkaJs;
  fullName(topic: Topic): string;
  logger: Logger;
}

/** Sends what waits in one request at a time; what arrives meanwhile makes up the next. */
export class GroupingProducer implements Producer {
  readonly name = 'kafka producer';
  private readonly options: ProducerOptions;
  private readonly group: GroupFlush<RawOutgoing, PublishFailed | null>;
  private connection: Promise<KafkaJsProducer> | null = null;
  private trouble: string | null = 'not connected yet';

  constructor(options: ProducerOptions) {
    this.options = options;
    this.group = createGroupFlush({
      flush: (messages) => this.send(messages),
      maxItems: maxGroupMessages,
      maxBytes: maxGroupBytes,
      sizeOf: bytesOf,
      maxWaiting: maxWaitingMessages,
      maxWaitingBytes,
    });
  }

  /** Tries once to connect: whoever publishes tries again, and a receiver comes up while the broker is away. */
  async start(): Promise<void> {
    try {
      await this.connected();
      this.trouble = null;
    } catch (error) {
      this.discard();
      this.trouble = reasonOf(error);
      this.options.logger.warn('Kafka is not reachable yet', { reason: this.trouble });
    }
  }

  async stop(deadline: AbortSignal): Promise<void> {
    await settledWithin(deadline, this.group.drain()).catch(() => undefined);
    const connection = this.connection;
    this.connection = null;
    const closed = connection?.then((producer) => producer.disconnect());
    await settledWithin(1_500, closed ?? Promise.resolve()).catch(() => undefined);
  }

  ready(): Readiness {
    if (this.trouble === null) return { ready: true };
    return { ready: false, reason: `${this.name}: ${this.trouble}` };
  }

  async publish(messages: RawOutgoing[]): Promise<void> {
    messages.forEach(refuseTooLarge);
    const failures = await Promise.all(messages.map((message) => this.group.add(message)));
    const failure = failures.find((one) => one !== null);
    if (failure) throw failure;
  }

  /** @returns for each message why it was not taken, or null */
  private async send(messages: RawOutgoing[]): Promise<(PublishFailed | null)[]> {
    try {
      const topicMessages = groupedByTopic(messages, this.options.fullName);
      const sent = this.connected().then((producer) => producer.sendBatch({ acks: -1, topicMessages }));
      await settledWithin(sendWithinMs, sent);
      this.trouble = null;
      return messages.map(() => null);
    } catch (error) {
      this.discard();
      if (isRefusal(error) && messages.length > 1) return this.sendHalves(messages);
      return this.failed(messages, error);
    }
  }

  /** The brokers refused a request for what is in it: only the messages to blame are to fail. */
  private async sendHalves(messages: RawOutgoing[]): Promise<(PublishFailed | null)[]> {
    const middle = Math.ceil(messages.length / 2);
    const first = await this.send(messages.slice(0, middle));
    return [...first, ...(await this.send(messages.slice(middle)))];
  }

  private failed(messages: RawOutgoing[], error: unknown): PublishFailed[] {
    const reason = reasonOf(error);
    if (!isRefusal(error)) {
      if (this.trouble === null) this.options.logger.warn('Kafka does not take messages', { reason });
      this.trouble = reason;
    }
    const failure = new PublishFailed(`Kafka did not take a message: ${reason}`, { cause: error });
    return messages.map(() => failure);
  }

  private connected(): Promise<KafkaJsProducer> {
    this.connection ??= connectProducer(this.options.createClient());
    return this.connection;
  }

  /**
   * A producer whose request was given up must not be used again: it would send the next one under the same sequence
   * numbers, and the broker would take that for a repeat, acknowledge it and drop it.
   */
  private discard(): void {
    const old = this.connection;
    this.connection = null;
    old?.then((producer) => producer.disconnect()).catch(() => undefined);
  }
}

async function connectProducer(client: KafkaJs): Promise<KafkaJsProducer> {
  const producer = client.producer({
    idempotent: true,
    // A second request in flight behind a failed one would arrive out of sequence.
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: choosePartitionOnce,
    retry: sendRetry,
  });
  try {
    await settledWithin(connectWithinMs, producer.connect());
    return producer;
  } catch (error) {
    producer.disconnect().catch(() => undefined);
    throw error;
  }
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

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

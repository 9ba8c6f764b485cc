import { createGroupFlush, type Logger, type Part } from '@syncline/chassis';
import { maxMessageBytes, topics, type Topic } from '@syncline/contract';
import {
  Partitioners,
  type ICustomPartitioner,
  type IHeaders,
  type Kafka as KafkaJs,
  type Message,
  type Producer as KafkaJsProducer,
} from 'kafkajs';
import { settledWithin } from './settled-within.ts';

export interface Outgoing {
  topic: Topic;
  key: string | null;
  value: string | Buffer;
  headers?: Record<string, string>;
}

/** As `Outgoing`, with what only a dead letter needs: a value that may be null and headers as they came. */
export interface RawOutgoing {
  topic: Topic;
  key: Buffer | string | null;
  value: Buffer | string | null;
  headers?: IHeaders;
}

export interface Producer extends Part {
  /**
   * Settles once all replicas have all of the messages. Those of one call stay in order.
   * @throws MessageTooLarge before anything is sent
   * @throws QueueFull when too much waits already
   * @throws PublishFailed when the brokers did not take them within about 30 s; some may be there nevertheless
   */
  publish(messages: Outgoing[]): Promise<void>;
}

export interface RawProducer extends Producer {
  publishRaw(messages: RawOutgoing[]): Promise<void>;
}

export class MessageTooLarge extends Error {
  override readonly name = 'MessageTooLarge';

  constructor(
    readonly topic: Topic,
    readonly bytes: number,
  ) {
    super(`a message of ${bytes} bytes for ${topic} is over the limit of ${maxMessageBytes}`);
  }
}

export class PublishFailed extends Error {
  override readonly name = 'PublishFailed';
}

/** A dead letter may be a message of the full size, and gets headers on top. */
export const deadLetterExtraBytes = 1024 * 1024;

const publishWithinMs = 30_000;
const connectWithinMs = 10_000;
/** Retries inside one producer id, whose repeats the broker drops: about 20 s. */
const sendRetry = { initialRetryTime: 100, maxRetryTime: 2_000, retries: 12 };
// One request's cap. A topic refuses a record batch, not only a message, that is over its limit.
const maxGroupBytes = 8 * 1024 * 1024;
const maxGroupItems = 1_000;
const maxWaitingItems = 50_000;
const maxWaitingBytes = 128 * 1024 * 1024;

interface ProducerOptions {
  createClient(): KafkaJs;
  fullName(topic: Topic): string;
  logger: Logger;
}

export function createProducer({ createClient, fullName, logger }: ProducerOptions): RawProducer {
  let connection: Promise<KafkaJsProducer> | null = null;
  let trouble: string | null = 'not connected yet';

  const connected = (): Promise<KafkaJsProducer> => {
    connection ??= connectProducer(createClient());
    return connection;
  };

  // A producer whose batch was given up must not be used again: it would send the next batch under the same
  // sequence numbers, and the broker would take that for a repeat, acknowledge it and drop it.
  const discard = (): void => {
    const old = connection;
    connection = null;
    old?.then((producer) => producer.disconnect()).catch(() => undefined);
  };

  const send = async (messages: RawOutgoing[]): Promise<void> => {
    try {
      const producer = await connected();
      const batch = { acks: -1, topicMessages: byTopic(messages, fullName) };
      await settledWithin(publishWithinMs, producer.sendBatch(batch));
      trouble = null;
    } catch (error) {
      discard();
      const reason = error instanceof Error ? error.message : String(error);
      if (trouble === null) logger.warn('Kafka does not take messages', { reason });
      trouble = reason;
      throw new PublishFailed(`Kafka did not take ${messages.length} messages: ${reason}`, { cause: error });
    }
  };

  const group = createGroupFlush<RawOutgoing, undefined>({
    flush: async (messages) => {
      await send(messages);
      return messages.map(() => undefined);
    },
    maxItems: maxGroupItems,
    maxBytes: maxGroupBytes,
    sizeOf: bytesOf,
    maxWaiting: maxWaitingItems,
    maxWaitingBytes,
  });

  const publishRaw = async (messages: RawOutgoing[]): Promise<void> => {
    messages.forEach(refuseTooLarge);
    await Promise.all(messages.map((message) => group.add(message)));
  };

  return {
    name: 'kafka producer',
    async start() {
      // One try: whoever publishes connects again, and a receiver must come up while the broker is away.
      try {
        await connected();
        trouble = null;
      } catch (error) {
        discard();
        trouble = error instanceof Error ? error.message : String(error);
        logger.warn('Kafka is not reachable yet', { reason: trouble });
      }
    },
    async stop(deadline) {
      await settledWithin(deadline, group.drain()).catch(() => undefined);
      const producer = await connection?.catch(() => null);
      connection = null;
      if (producer) await settledWithin(2_000, producer.disconnect()).catch(() => undefined);
    },
    ready: () =>
      trouble === null ? { ready: true } : { ready: false, reason: `Kafka producer: ${trouble}` },
    publish: publishRaw,
    publishRaw,
  };
}

async function connectProducer(client: KafkaJs): Promise<KafkaJsProducer> {
  const producer = client.producer({
    idempotent: true,
    // More than one in flight breaks the sequence of an idempotent producer after a failed request.
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: choosePartitionOnce,
    retry: sendRetry,
  });
  await settledWithin(connectWithinMs, producer.connect());
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

function byTopic(
  messages: RawOutgoing[],
  fullName: (topic: Topic) => string,
): { topic: string; messages: Message[] }[] {
  const grouped = new Map<Topic, Message[]>();
  for (const { topic, key, value, headers } of messages) {
    const message: Message = { key, value, ...(headers === undefined ? {} : { headers }) };
    const sameTopic = grouped.get(topic);
    if (sameTopic === undefined) grouped.set(topic, [message]);
    else sameTopic.push(message);
  }
  return [...grouped].map(([topic, list]) => ({ topic: fullName(topic), messages: list }));
}

function refuseTooLarge(message: RawOutgoing): void {
  const bytes = bytesOf(message);
  const limit = maxMessageBytes + (message.topic === topics.deadLetters ? deadLetterExtraBytes : 0);
  if (bytes > limit) throw new MessageTooLarge(message.topic, bytes);
}

function bytesOf({ key, value, headers }: RawOutgoing): number {
  let bytes = byteLength(key) + byteLength(value);
  for (const [name, header] of Object.entries(headers ?? {})) {
    bytes += Buffer.byteLength(name);
    for (const one of Array.isArray(header) ? header : [header]) bytes += byteLength(one ?? null);
  }
  return bytes;
}

function byteLength(part: Buffer | string | null): number {
  return part === null ? 0 : Buffer.byteLength(part);
}

import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { createLogger, type Logger } from '@syncline/chassis';
import { eventually, uniquePlace } from '@syncline/testkit';
import type { Admin, Consumer as BareConsumer } from 'kafkajs';
import { createClient } from '../client.ts';
import { connectKafka, type Consumer, type ConsumerOptions, type Kafka, type Producer } from '../index.ts';

/** What a test says of itself goes nowhere; what went wrong is kept. */
function quietLogger(lines: string[] = []): Logger {
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString('utf8'));
      done();
    },
  });
  return createLogger({ service: 'test', level: 'warn', stream });
}

/** Topics of its own on a broker, and everything that was started there, to be stopped together. */
export class Place {
  readonly brokers: string[];
  readonly topicPrefix: string;
  readonly log: string[] = [];
  readonly kafka: Kafka;
  private readonly stops: (() => Promise<void>)[] = [];

  constructor(place: { kafkaBrokers: string[]; topicPrefix: string } = uniquePlace()) {
    this.brokers = place.kafkaBrokers;
    this.topicPrefix = place.topicPrefix;
    this.kafka = this.connect();
  }

  connect(): Kafka {
    const { brokers, topicPrefix } = this;
    const kafka = connectKafka({ brokers, clientId: 'test', topicPrefix, logger: quietLogger(this.log) });
    this.stops.push(() => kafka.close());
    return kafka;
  }

  /** The bare client, for what only a test asks of a broker. */
  async admin(): Promise<Admin> {
    const admin = createClient({ brokers: this.brokers, clientId: 'test' }, quietLogger()).admin();
    this.stops.push(() => admin.disconnect());
    await admin.connect();
    return admin;
  }

  /** A consumer of the bare client, which leaves and joins when it is told to. */
  async bareConsumer(groupId: string, topic: string): Promise<BareConsumer> {
    const client = createClient({ brokers: this.brokers, clientId: 'test' }, quietLogger());
    const consumer = client.consumer({ groupId: this.topicPrefix + groupId, sessionTimeout: 30_000 });
    this.stops.push(() => consumer.disconnect());
    await consumer.connect();
    await consumer.subscribe({ topic: this.topicPrefix + topic, fromBeginning: true });
    return consumer;
  }

  group(): string {
    return `${this.topicPrefix}${randomBytes(4).toString('hex')}`;
  }

  async producer(): Promise<Producer> {
    const producer = this.kafka.producer();
    this.stops.push(() => producer.stop(AbortSignal.timeout(1_000)));
    await producer.start();
    return producer;
  }

  async consumer(options: Partial<ConsumerOptions> & Pick<ConsumerOptions, 'handle'>): Promise<Consumer> {
    const defaults = {
      groupId: this.group(),
      topics: ['crm.events' as const],
      order: 'key' as const,
      maxInFlight: 50,
    };
    const consumer = this.kafka.consumer({ ...defaults, ...options });
    this.stops.push(() => consumer.stop(AbortSignal.timeout(200)));
    await consumer.start();
    return consumer;
  }

  /** Waits until a group has committed the end of every partition that it reads. */
  async caughtUp(groupId: string, withinMs = 20_000): Promise<void> {
    await eventually(
      async () => {
        const lags = await this.kafka.lag([groupId]);
        return lags.length > 0 && lags.every(({ lag }) => lag === 0);
      },
      { withinMs, everyMs: 100 },
    );
  }

  async stop(): Promise<void> {
    for (const stop of this.stops.splice(0).reverse()) await stop();
  }
}

import { topics, type Topic } from '@syncline/contract';
import {
  Kafka,
  logLevel,
  Partitioners,
  type Consumer,
  type EachMessagePayload,
  type Producer,
} from 'kafkajs';
import type { Draw } from './draw.ts';

/** Topics on which a message may come more than once; all of them, for at-least-once is what a broker gives. */
const duplicated: readonly Topic[] = [
  topics.crmEvents,
  topics.erpRecords,
  topics.erpWrites,
  topics.erpWriteResults,
  topics.crmWrites,
  topics.crmWriteResults,
];

/** A CRM event that is later than this would be taken for one of a CRM whose clock was set back (contract 2). */
const latestMs = 25_000;
const groupId = 'chaos';

/** What the harness does at the broker as a stranger: messages that come twice, and offsets set back. */
export class Broker {
  readonly #kafka: Kafka;
  readonly #draw: Draw;
  #consumer: Consumer | null = null;
  #producer: Producer | null = null;
  #share = 0;
  readonly #timers = new Set<NodeJS.Timeout>();
  duplicates = 0;

  constructor(port: number, draw: Draw) {
    this.#draw = draw;
    this.#kafka = new Kafka({
      clientId: groupId,
      brokers: [`127.0.0.1:${String(port)}`],
      logLevel: logLevel.NOTHING,
      retry: { initialRetryTime: 200, maxRetryTime: 2_000, retries: 30 },
    });
  }

  async start(): Promise<void> {
    this.#producer = this.#kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    this.#consumer = this.#kafka.consumer({ groupId, allowAutoTopicCreation: false });
    await Promise.all([this.#producer.connect(), this.#consumer.connect()]);
    await this.#consumer.subscribe({ topics: [...duplicated] });
    await this.#consumer.run({
      autoCommit: false,
      eachMessage: (message) => {
        this.#see(message);
        return Promise.resolve();
      },
    });
  }

  /** From now on, this share of all messages comes once more within some seconds. */
  duplicate(share: number): void {
    this.#share = share;
  }

  #see({ topic, message: { key, value, headers = {} } }: EachMessagePayload): void {
    // A second message is not doubled again, or one would never end.
    if (headers['chaos'] !== undefined || this.#draw.share() >= this.#share) return;
    const again = { key, value, headers: { ...headers, chaos: '1' } };
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        this.#producer?.send({ topic, messages: [again] }).then(
          () => (this.duplicates += 1),
          () => undefined,
        );
      },
      this.#draw.share() ** 2 * latestMs,
    );
    this.#timers.add(timer);
  }

  /**
   * Sets the offsets of a group without members to the beginning of its topics.
   * @throws when the broker does not do it, for example since the group still has a member
   */
  async rewind(group: string): Promise<void> {
    const admin = this.#kafka.admin({ retry: { retries: 3 } });
    await admin.connect();
    try {
      const committed = await admin.fetchOffsets({ groupId: group });
      for (const { topic } of committed) await admin.resetOffsets({ groupId: group, topic, earliest: true });
    } finally {
      await admin.disconnect();
    }
  }

  /** How many members the group has. */
  async members(group: string): Promise<number> {
    const admin = this.#kafka.admin({ retry: { retries: 3 } });
    await admin.connect();
    try {
      const { groups } = await admin.describeGroups([group]);
      return groups[0]?.members.length ?? 0;
    } finally {
      await admin.disconnect();
    }
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.allSettled([this.#consumer?.disconnect(), this.#producer?.disconnect()]);
  }
}

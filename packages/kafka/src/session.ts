import { topicPartitions } from '@syncline/contract';
import type { Consumer, ConsumerConfig, EachBatchPayload, Kafka as KafkaJs } from 'kafkajs';
import { settledWithin } from './settled-within.ts';

/** Which partitions of which topics (full names) this member has, and under which name the group knows it. */
export interface Assignment {
  memberId: string;
  partitions: Map<string, number[]>;
}

export interface SessionEvents {
  /** Called before the first fetch under the new assignment. */
  joined(session: Session, assignment: Assignment): void;
  /** The group is about to share its partitions anew; commits still count. */
  rebalancing(session: Session): void;
  /** Takes what it can and returns soon: nothing is fetched and no heartbeat goes out until then. */
  batch(session: Session, batch: FetchedBatch): Promise<void>;
  /** The fetch loop went round. */
  alive(): void;
  /** The session is over and will not recover; called at most once, and not after `close`. */
  crashed(reason: string): void;
}

export type FetchedBatch = Pick<EachBatchPayload['batch'], 'topic' | 'partition' | 'messages'> & {
  /** Everything up to this offset has been taken: the next fetch begins after it. */
  taken(offset: number): void;
};

export interface TopicPartition {
  topic: string;
  partition: number;
}

export interface Session {
  commit(offsets: (TopicPartition & { offset: number })[]): Promise<void>;
  seek(at: TopicPartition & { offset: number }): void;
  pause(at: TopicPartition): void;
  resume(at: TopicPartition): void;
  /** Leaves the group, so that the others take over at once. */
  close(withinMs: number): Promise<void>;
}

export interface SessionOptions {
  client: KafkaJs;
  config: ConsumerConfig;
  topics: string[];
  events: SessionEvents;
}

/** One kafkajs consumer from joining to crash or close. It is never restarted: whoever needs more opens another. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { client, config, topics, events } = options;
  const session = new KafkaJsSession(client.consumer(config), events);
  try {
    await session.join(topics);
    return session;
  } catch (error) {
    await session.close(2_000);
    throw error;
  }
}

class KafkaJsSession implements Session {
  private over = false;
  // kafkajs' own `commitOffsets` retries by itself and may then commit under a later generation for a partition
  // that another member has by now. The one of a batch sends once, and is good for the whole session.
  private sendCommit: EachBatchPayload['commitOffsetsIfNecessary'] | null = null;

  private readonly consumer: Consumer;
  private readonly events: SessionEvents;

  constructor(consumer: Consumer, events: SessionEvents) {
    this.consumer = consumer;
    this.events = events;
  }

  async join(topics: string[]): Promise<void> {
    this.watch();
    await this.consumer.connect();
    await this.consumer.subscribe({ topics, fromBeginning: true });
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      // The batches of one fetch are taken side by side: one that waits for room holds up no other.
      partitionsConsumedConcurrently: topics.length * topicPartitions,
      eachBatch: (payload) => this.onBatch(payload),
    });
  }

  async commit(offsets: (TopicPartition & { offset: number })[]): Promise<void> {
    if (offsets.length === 0) return;
    await this.sendCommit?.({
      topics: offsets.map(({ topic, partition, offset }) => ({
        topic,
        partitions: [{ partition, offset: String(offset) }],
      })),
    });
  }

  seek({ topic, partition, offset }: TopicPartition & { offset: number }): void {
    this.consumer.seek({ topic, partition, offset: String(offset) });
  }

  pause({ topic, partition }: TopicPartition): void {
    this.unlessEnding(() => this.consumer.pause([{ topic, partitions: [partition] }]));
  }

  resume({ topic, partition }: TopicPartition): void {
    this.unlessEnding(() => this.consumer.resume([{ topic, partitions: [partition] }]));
  }

  async close(withinMs: number): Promise<void> {
    this.over = true;
    await settledWithin(withinMs, this.consumer.disconnect()).catch(() => undefined);
  }

  private async onBatch({ batch, resolveOffset, commitOffsetsIfNecessary }: EachBatchPayload): Promise<void> {
    if (this.over) return;
    this.sendCommit = commitOffsetsIfNecessary;
    const { topic, partition, messages } = batch;
    const taken = (offset: number): void => resolveOffset(String(offset));
    await this.events.batch(this, { topic, partition, messages, taken });
  }

  private watch(): void {
    const { consumer, events } = this;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      const partitions = new Map(Object.entries(payload.memberAssignment));
      if (!this.over) events.joined(this, { memberId: payload.memberId, partitions });
    });
    consumer.on(consumer.events.REBALANCING, () => events.rebalancing(this));
    consumer.on(consumer.events.FETCH, () => events.alive());
    consumer.on(consumer.events.HEARTBEAT, () => events.alive());
    // Sent for each error that kafkajs does not get over; `restartOnFailure` says that it must not try by itself.
    consumer.on(consumer.events.CRASH, ({ payload }) => this.crash(payload.error.message));
    // Comes just before a crash, too, whose reason says more.
    consumer.on(consumer.events.DISCONNECT, () => void setImmediate(() => this.crash('disconnected')));
  }

  // kafkajs throws once it has stopped by itself, which is known only when its crash is announced.
  private unlessEnding(act: () => void): void {
    if (this.over) return;
    try {
      act();
    } catch {
      // the announcement follows
    }
  }

  private crash(reason: string): void {
    if (this.over) return;
    this.over = true;
    this.events.crashed(reason);
  }
}

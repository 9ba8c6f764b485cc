import { sleep, type Logger } from '@syncline/chassis';
import { maxMessageBytes, topicPartitions, topics, type Topic } from '@syncline/contract';
import {
  AssignerProtocol,
  type Admin,
  type ITopicConfig,
  type Kafka as KafkaJs,
  type MemberDescription,
} from 'kafkajs';
import { deadLetterExtraBytes } from './outgoing.ts';
import { settledWithin } from './settled-within.ts';

export interface Lag {
  groupId: string;
  topic: Topic;
  partition: number;
  /** null when the group never committed there */
  committed: number | null;
  /** the offset that the next message will get */
  end: number;
  lag: number;
}

interface AdminOptions {
  createClient(): KafkaJs;
  topicPrefix: string;
  logger: Logger;
}

const ensureWithinMs = 60_000;
const callWithinMs = 15_000;
/** Key, headers and the framing of a record batch come on top of the largest message. */
const batchOverheadBytes = 64 * 1024;

/** Creates topics and looks at groups, over a connection of its own that is opened when it is needed. */
export class KafkaTopics {
  private readonly options: AdminOptions;
  private connection: Promise<Admin> | null = null;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(options: AdminOptions) {
    this.options = options;
  }

  async ensureTopics(): Promise<void> {
    const giveUpAt = Date.now() + ensureWithinMs;
    for (;;) {
      try {
        await this.withAdmin((admin) => this.createMissing(admin));
        await this.withAdmin((admin) => this.checkLed(admin));
        // Makes the broker create its own topic of offsets; the first consumers would fail on it otherwise.
        await this.withAdmin((admin) => admin.describeGroups([`${this.options.topicPrefix}syncline`]));
        return;
      } catch (error) {
        if (Date.now() > giveUpAt) throw error;
        this.options.logger.debug('Kafka has not all topics ready yet', { error });
        await sleep(500, AbortSignal.timeout(500));
      }
    }
  }

  lag(groupIds: string[]): Promise<Lag[]> {
    const { topicPrefix } = this.options;
    return this.withAdmin(async (admin) => {
      const lags: Lag[] = [];
      const ends = new Map<Topic, TopicEnds>();
      for (const groupId of groupIds) {
        const group = await groupState(admin, groupId, topicPrefix);
        for (const topic of group.topics) {
          const end = ends.get(topic) ?? (await admin.fetchTopicOffsets(topicPrefix + topic));
          ends.set(topic, end);
          lags.push(...end.map((partition) => lagOf(group, topic, partition)));
        }
      }
      return lags;
    });
  }

  async close(): Promise<void> {
    const admin = await this.connection?.catch(() => null);
    this.connection = null;
    if (admin) await settledWithin(2_000, admin.disconnect()).catch(() => undefined);
  }

  /**
   * Runs one call at a time: two at once on a fresh client make kafkajs connect twice and forget one socket. After a
   * failure the next call begins with a new client.
   */
  private withAdmin<T>(call: (admin: Admin) => Promise<T>): Promise<T> {
    const result = this.turn.then(() => this.callNow(call));
    this.turn = result.catch(() => undefined);
    return result;
  }

  private async callNow<T>(call: (admin: Admin) => Promise<T>): Promise<T> {
    this.connection ??= connectAdmin(this.options.createClient());
    const used = this.connection;
    try {
      return await settledWithin(callWithinMs, used.then(call));
    } catch (error) {
      if (this.connection === used) this.connection = null;
      used.then((admin) => admin.disconnect()).catch(() => undefined);
      throw error;
    }
  }

  private async createMissing(admin: Admin): Promise<void> {
    const { topicPrefix } = this.options;
    const existing = new Set(await admin.listTopics());
    const missing = Object.values(topics).filter((topic) => !existing.has(topicPrefix + topic));
    if (missing.length === 0) return;
    await admin.createTopics({ topics: missing.map((topic) => topicConfig(topic, topicPrefix)) });
  }

  /** A new partition's leader is named before it takes anything; its offsets are answered only when it does. */
  private async checkLed(admin: Admin): Promise<void> {
    for (const topic of Object.values(topics)) {
      const partitions = (await admin.fetchTopicOffsets(this.options.topicPrefix + topic)).length;
      if (partitions === topicPartitions) continue;
      // Messages of one record whose partition numbers differ may have two owners at a time.
      this.options.logger.warn('A topic has another number of partitions than Syncline gives it', {
        topic,
        partitions,
        expected: topicPartitions,
      });
    }
  }
}

async function connectAdmin(client: KafkaJs): Promise<Admin> {
  const admin = client.admin();
  await admin.connect();
  return admin;
}

/**
 * Every topic takes messages of the full size: one that refused a large one would fail all that left with it. The
 * number of replicas is the cluster's default.
 */
function topicConfig(topic: Topic, topicPrefix: string): ITopicConfig {
  const extra = topic === topics.deadLetters ? deadLetterExtraBytes : 0;
  const bytes = maxMessageBytes + batchOverheadBytes + extra;
  return {
    topic: topicPrefix + topic,
    numPartitions: topicPartitions,
    replicationFactor: -1,
    configEntries: [{ name: 'max.message.bytes', value: String(bytes) }],
  };
}

type TopicEnds = { partition: number; high: string; low: string }[];

interface GroupState {
  groupId: string;
  topics: Topic[];
  committed: Map<string, number>;
}

const partitionId = (topic: string, partition: number): string => `${topic}/${partition}`;

/** A member that is still joining has told the broker nothing yet: its metadata has no bytes. */
function subscribedTopics({ memberMetadata }: MemberDescription): string[] {
  if (memberMetadata.length === 0) return [];
  return AssignerProtocol.MemberMetadata.decode(memberMetadata)?.topics ?? [];
}

async function groupState(admin: Admin, groupId: string, topicPrefix: string): Promise<GroupState> {
  const offsets = await admin.fetchOffsets({ groupId });
  const { groups } = await admin.describeGroups([groupId]);
  const subscribed = groups.flatMap(({ members }) => members.flatMap(subscribedTopics));
  const fullNames = new Set([...offsets.map(({ topic }) => topic), ...subscribed]);
  const committed = new Map<string, number>();
  for (const { topic: fullName, partitions } of offsets) {
    const topic = fullName.slice(topicPrefix.length);
    for (const { partition, offset } of partitions) {
      if (Number(offset) >= 0) committed.set(partitionId(topic, partition), Number(offset));
    }
  }
  const consumed = Object.values(topics).filter((topic) => fullNames.has(topicPrefix + topic));
  return { groupId, topics: consumed, committed };
}

function lagOf(group: GroupState, topic: Topic, end: TopicEnds[number]): Lag {
  const committed = group.committed.get(partitionId(topic, end.partition)) ?? null;
  const from = Math.max(committed ?? 0, Number(end.low));
  return {
    groupId: group.groupId,
    topic,
    partition: end.partition,
    committed,
    end: Number(end.high),
    lag: Math.max(0, Number(end.high) - from),
  };
}

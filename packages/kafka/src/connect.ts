import type { Logger } from '@syncline/chassis';
import type { Topic } from '@syncline/contract';
import type { Kafka as KafkaJs, RetryOptions } from 'kafkajs';
import { KafkaTopics, type Lag } from './admin.ts';
import { createClient, type ConnectionSettings } from './client.ts';
import { createConsumer, type Consumer, type ConsumerOptions } from './consumer.ts';
import { createDeadLetters } from './dead-letter.ts';
import { GroupingProducer, type Producer } from './producer.ts';

export interface KafkaOptions extends ConnectionSettings {
  topicPrefix: string;
  logger: Logger;
}

/** The way to the brokers. Nothing is opened before it is used. */
export interface Kafka {
  producer(): Producer;
  consumer(options: ConsumerOptions): Consumer;
  /** Creates what is missing of all topics and waits until messages can be sent and groups joined; may be repeated. */
  ensureTopics(): Promise<void>;
  /** How far these groups (named without the prefix) are behind, for every partition of the topics that they read. */
  lag(groupIds: string[]): Promise<Lag[]>;
  close(): Promise<void>;
}

export function connectKafka({ topicPrefix, logger, ...connection }: KafkaOptions): Kafka {
  const newClient = (retry?: RetryOptions): KafkaJs => createClient(connection, logger, retry);
  const fullName = (topic: Topic): string => topicPrefix + topic;
  const newProducer = (): GroupingProducer =>
    new GroupingProducer({ createClient: newClient, fullName, logger });
  const admin = new KafkaTopics({ createClient: newClient, topicPrefix, logger });
  // Opened with the first dead letter: most processes never write one.
  let deadLetterProducer: GroupingProducer | null = null;
  const bury = createDeadLetters(
    (letters) => (deadLetterProducer ??= newProducer()).publish(letters),
    logger,
  );
  const isBehind = async (groupId: string, partitions: number[]): Promise<boolean> => {
    const lags = await admin.lag([groupId]);
    return lags.some(({ partition, lag }) => lag > 0 && partitions.includes(partition));
  };
  return {
    producer: newProducer,
    consumer: (options) =>
      createConsumer(
        { ...options, groupId: topicPrefix + options.groupId },
        { createClient: newClient, fullName, bury, isBehind, logger },
      ),
    ensureTopics: () => admin.ensureTopics(),
    async lag(groupIds) {
      const lags = await admin.lag(groupIds.map((groupId) => topicPrefix + groupId));
      return lags.map((lag) => ({ ...lag, groupId: lag.groupId.slice(topicPrefix.length) }));
    },
    async close() {
      await deadLetterProducer?.stop(AbortSignal.timeout(5_000));
      await admin.close();
    },
  };
}

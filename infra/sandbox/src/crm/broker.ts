import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import type { Log } from '../shared/log.ts';
import type { CrmMessage } from './messages-of.ts';

export interface BrokerSettings {
  brokers: string[];
  topicPrefix: string;
}

export function createKafka({ brokers }: BrokerSettings, log: Log): Kafka {
  return new Kafka({
    clientId: 'sandbox-crm',
    brokers,
    connectionTimeout: 3000,
    requestTimeout: 15_000,
    retry: { initialRetryTime: 100, maxRetryTime: 3000, retries: 5 },
    logLevel: logLevel.ERROR,
    logCreator: () => (entry) => {
      log.warn(`kafka: ${entry.log.message}`, {
        namespace: entry.namespace,
        error: entry.log.error as unknown,
      });
    },
  });
}

/** A producer that is built anew after each failure. Callers send one batch at a time. */
export class BrokerProducer {
  private readonly kafka: Kafka;
  private readonly prefix: string;
  private producer: Producer | null = null;

  constructor(kafka: Kafka, prefix: string) {
    this.kafka = kafka;
    this.prefix = prefix;
  }

  async send(messages: CrmMessage[]): Promise<void> {
    try {
      this.producer ??= await this.connect();
      await this.producer.sendBatch({ acks: -1, topicMessages: byTopic(messages, this.prefix) });
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    const { producer } = this;
    this.producer = null;
    await producer?.disconnect().catch(() => undefined);
  }

  private async connect(): Promise<Producer> {
    const producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    return producer;
  }
}

function byTopic(
  messages: CrmMessage[],
  prefix: string,
): { topic: string; messages: { key: string; value: string }[] }[] {
  const grouped = Map.groupBy(messages, ({ topic }) => topic);
  return [...grouped].map(([topic, ofTopic]) => ({
    topic: prefix + topic,
    messages: ofTopic.map(({ key, value }) => ({ key, value })),
  }));
}

import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, type Consumer, type Producer } from 'kafkajs';
import {
  crmEventSchema,
  crmReadEndSchema,
  crmWriteResultSchema,
  readMessage,
  stringifyJson,
  topics,
  type CrmEvent,
  type CrmRead,
  type CrmReadEnd,
  type CrmWrite,
  type CrmWriteResult,
} from '@syncline/contract';
import { eventually, uniquePlace, type UniquePlace } from '@syncline/testkit';

/** Syncline's side of the CRM's topics: sends writes and reads, and keeps all that comes back. */
export interface CrmTopics {
  place: UniquePlace;
  events: CrmEvent[];
  readEnds: CrmReadEnd[];
  results: CrmWriteResult[];
  /** the key of each message that came back, by topic */
  keys: { topic: string; key: string }[];
  write(...writes: CrmWrite[]): Promise<void>;
  read(read: CrmRead): Promise<void>;
  sendRaw(topic: string, value: string | null): Promise<void>;
  stop(): Promise<void>;
}

export async function openCrmTopics(): Promise<CrmTopics> {
  const place = uniquePlace();
  const kafka = new Kafka({ clientId: 'test', brokers: place.kafkaBrokers, logLevel: logLevel.NOTHING });
  const named = (topic: string): string => place.topicPrefix + topic;
  await createTopics(kafka, named);
  const producer = kafka.producer();
  await producer.connect();
  const received: Received = { events: [], readEnds: [], results: [], keys: [] };
  const consumer = await listen(kafka, place.topicPrefix, received);
  const send = (topic: string, messages: { key: string; value: string | null }[]): Promise<unknown> =>
    producer.send({ topic: named(topic), messages });
  return {
    place,
    ...received,
    write: async (...writes) => {
      const keyOf = ({ tenantId, source }: CrmWrite): string =>
        `${tenantId}/${source.objAPIName}/${source.dataId}`;
      await send(
        topics.crmWrites,
        writes.map((write) => ({ key: keyOf(write), value: stringifyJson(write) })),
      );
    },
    read: async (read) => {
      await send(topics.crmReads, [{ key: `${read.tenantId}/read`, value: stringifyJson(read) }]);
    },
    sendRaw: async (topic, value) => {
      await send(topic, [{ key: 'raw', value }]);
    },
    stop: () => stopAll(consumer, producer),
  };
}

type Received = Pick<CrmTopics, 'events' | 'readEnds' | 'results' | 'keys'>;

async function createTopics(kafka: Kafka, named: (topic: string) => string): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  const wanted = [topics.crmEvents, topics.crmWrites, topics.crmWriteResults, topics.crmReads].map(named);
  await admin.createTopics({
    topics: wanted.map((topic) => ({ topic, numPartitions: 3 })),
    waitForLeaders: false,
  });
  // A topic that was just made can be unknown for a moment, which `waitForLeaders` takes for an error.
  await eventually(() => admin.fetchTopicMetadata({ topics: wanted }));
  await admin.disconnect();
}

async function listen(
  kafka: Kafka,
  prefix: string,
  { events, readEnds, results, keys }: Received,
): Promise<Consumer> {
  const consumer = kafka.consumer({ groupId: `${prefix}listener`, maxWaitTimeInMs: 50 });
  await consumer.connect();
  await consumer.subscribe({
    topics: [prefix + topics.crmEvents, prefix + topics.crmWriteResults],
    fromBeginning: true,
  });
  await consumer.run({
    eachMessage: ({ topic, message }) => {
      keys.push({ topic: topic.slice(prefix.length), key: String(message.key) });
      if (topic.endsWith(topics.crmWriteResults))
        results.push(readMessage(crmWriteResultSchema, message.value));
      else if (String(message.value).includes('"last":true'))
        readEnds.push(readMessage(crmReadEndSchema, message.value));
      else events.push(readMessage(crmEventSchema, message.value));
      return Promise.resolve();
    },
  });
  return consumer;
}

async function stopAll(consumer: Consumer, producer: Producer): Promise<void> {
  await consumer.disconnect();
  await producer.disconnect();
}

/** A write to create an account from an ERP customer, unless told otherwise. */
export function aWrite(change: Partial<CrmWrite> = {}): CrmWrite {
  return {
    writeId: randomUUID(),
    tenantId: '81138',
    objectApiName: 'AccountObj',
    operation: 'create',
    revision: 1,
    data: { name: 'Acme' },
    details: {},
    source: { dataCenterId: 'dc-main', objAPIName: 'BD_Customer', dataId: randomUUID() },
    ...change,
  };
}

/** The first answer to a write. */
export function answerTo(topicsOfCrm: CrmTopics, { writeId }: CrmWrite): Promise<CrmWriteResult> {
  return eventually(
    () => {
      const found = topicsOfCrm.results.find((result) => result.writeId === writeId);
      if (found === undefined) throw new Error(`no answer to ${writeId} yet`);
      return found;
    },
    { withinMs: 30_000 },
  );
}

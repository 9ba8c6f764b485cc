import { Kafka, logLevel, Partitioners, type Consumer, type Producer } from 'kafkajs';

interface CrmWrite {
  writeId: string;
  tenantId: string;
  objectApiName: string;
  operation: string;
  dataId?: string;
  revision: number;
  data: Record<string, unknown>;
  details: Record<string, Record<string, unknown>[]>;
  source: { dataCenterId: string; objAPIName: string; dataId: string };
}

export interface OutsideCrm {
  writes: CrmWrite[];
  outcomes: { syncId: string; status: number; errorMessage: string | null; source: { dataId: string } }[];
  deadLetters: { value: Buffer | null; headers: Record<string, string> }[];
  /** @param of operation and object: `create Deal` */
  emit(of: string, dataId: string, data: Record<string, unknown>, details?: object): Promise<void>;
  send(topic: string, value: string | null): Promise<void>;
  stop(): Promise<void>;
}

/** A CRM by somebody who read contract 2, and shares no code with Syncline. */
export async function startOutsideCrm(
  brokers: string[],
  prefix: string,
  tenantId: string,
): Promise<OutsideCrm> {
  const kafka = new Kafka({ brokers, clientId: 'outside-crm', logLevel: logLevel.NOTHING });
  const producer: Producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  const consumer: Consumer = kafka.consumer({ groupId: `${prefix}outside-crm` });
  const seen: Pick<OutsideCrm, 'writes' | 'outcomes' | 'deadLetters'> = {
    writes: [],
    outcomes: [],
    deadLetters: [],
  };
  let events = 0;

  await producer.connect();
  await consumer.connect();
  const topics = ['crm.writes', 'sync.outcomes', 'sync.dead-letters'].map((topic) => prefix + topic);
  await consumer.subscribe({ topics, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ topic, message }) => {
      const name = topic.slice(prefix.length);
      if (name === 'sync.dead-letters') {
        const headers = Object.entries(message.headers ?? {}).map(([key, value]) => [key, String(value)]);
        seen.deadLetters.push({ value: message.value, headers: Object.fromEntries(headers) });
      } else if (name === 'sync.outcomes') {
        seen.outcomes.push(JSON.parse(String(message.value)) as OutsideCrm['outcomes'][number]);
      } else await apply(JSON.parse(String(message.value)) as CrmWrite, message.key);
    },
  });

  async function apply(write: CrmWrite, key: Buffer | null): Promise<void> {
    seen.writes.push(write);
    const dataId = write.dataId ?? `crm-${write.source.dataId}`;
    const detailDataIds = Object.fromEntries(
      Object.entries(write.details).map(([api, rows]) => [
        api,
        rows.map((row, i) => row['_id'] ?? `${dataId}-${String(i)}`),
      ]),
    );
    const result = { writeId: write.writeId, tenantId, success: true, dataId, detailDataIds };
    await producer.send({
      topic: `${prefix}crm.write-results`,
      messages: [{ key, value: JSON.stringify(result) }],
    });
  }

  return {
    ...seen,
    async emit(of, dataId, data, details = {}) {
      const [operation, objectApiName] = of.split(' ');
      const eventId = `event-${String((events += 1))}`;
      const value = JSON.stringify({
        eventId,
        tenantId,
        objectApiName,
        dataId,
        operation,
        occurredAt: Date.now(),
        origin: 'user',
        data: { _id: dataId, ...data },
        details,
      });
      const key = `${tenantId}/${String(objectApiName)}/${dataId}`;
      await producer.send({ topic: `${prefix}crm.events`, messages: [{ key, value }] });
    },
    async send(topic, value) {
      await producer.send({ topic: prefix + topic, messages: [{ key: 'bad', value }] });
    },
    async stop() {
      await consumer.disconnect();
      await producer.disconnect();
    },
  };
}

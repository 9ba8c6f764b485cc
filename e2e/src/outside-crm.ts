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
  outcomes: {
    syncId: string;
    dataCenterId: string;
    operation: string;
    status: number;
    errorMessage: string | null;
    source: { dataId: string };
  }[];
  deadLetters: { value: Buffer | null; headers: Record<string, string> }[];
  /** @param of operation and object: `create Deal` */
  emit(of: string, dataId: string, data: Record<string, unknown>, details?: object): Promise<void>;
  send(topic: string, value: string | null): Promise<void>;
  stop(): Promise<void>;
}

type Rows = Record<string, Record<string, unknown>[]>;

interface Kept {
  data: Record<string, unknown>;
  details: Rows;
}

/**
 * A CRM by somebody who read contract 2, and shares no code with Syncline.
 * @param options `tells`: what it wrote for others is a change like any other, and comes on `crm.events`
 */
export async function startOutsideCrm(
  { kafkaBrokers: brokers, topicPrefix: prefix }: { kafkaBrokers: string[]; topicPrefix: string },
  tenantId: string,
  options: { tells?: boolean } = {},
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

  const kept = new Map<string, Kept>();
  const answered = new Map<string, object>();

  async function apply(write: CrmWrite, key: Buffer | null): Promise<void> {
    seen.writes.push(write);
    const isRepeat = answered.has(write.writeId);
    const dataId = write.dataId ?? `crm-${write.source.dataId}`;
    const record = merged(kept.get(dataId), write, dataId);
    kept.set(dataId, record);
    const detailDataIds = Object.fromEntries(
      Object.entries(write.details).map(([api, rows]) => [
        api,
        rows.map((row, i) => idOfRow(row, dataId, i)),
      ]),
    );
    const result = answered.get(write.writeId) ?? {
      writeId: write.writeId,
      tenantId,
      success: true,
      dataId,
      detailDataIds,
    };
    answered.set(write.writeId, result);
    await producer.send({
      topic: `${prefix}crm.write-results`,
      messages: [{ key, value: JSON.stringify(result) }],
    });
    if (options.tells === true && !isRepeat)
      await tell(`${write.operation} ${write.objectApiName}`, dataId, record, write.writeId);
  }

  async function tell(of: string, dataId: string, { data, details }: Kept, causedBy?: string): Promise<void> {
    const [operation, objectApiName] = of.split(' ');
    const value = JSON.stringify({
      eventId: `event-${String((events += 1))}`,
      tenantId,
      objectApiName,
      dataId,
      operation,
      occurredAt: Date.now(),
      origin: causedBy === undefined ? 'user' : 'integration',
      ...(causedBy !== undefined && { causedBy }),
      data: { ...data, _id: dataId },
      details,
    });
    const key = `${tenantId}/${String(objectApiName)}/${dataId}`;
    await producer.send({ topic: `${prefix}crm.events`, messages: [{ key, value }] });
  }

  return {
    ...seen,
    async emit(of, dataId, data, details = {}) {
      const record = { data, details: details as Rows };
      kept.set(dataId, record);
      await tell(of, dataId, record);
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

function idOfRow(row: Record<string, unknown>, dataId: string, place: number): string {
  return typeof row['_id'] === 'string' ? row['_id'] : `${dataId}-${String(place)}`;
}

/** Rows with an id are changed, those without one are new, and those that were not sent stay. */
function merged(before: Kept | undefined, write: CrmWrite, dataId: string): Kept {
  const details: Rows = { ...before?.details };
  for (const [api, rows] of Object.entries(write.details)) {
    const there = new Map((details[api] ?? []).map((row) => [row['_id'], row]));
    for (const [i, row] of rows.entries()) {
      const _id = idOfRow(row, dataId, i);
      there.set(_id, { ...there.get(_id), ...row, _id });
    }
    details[api] = [...there.values()];
  }
  return { data: { ...before?.data, ...write.data }, details };
}

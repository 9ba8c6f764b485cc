import {
  crmWriteSchema,
  readMessage,
  recordKey,
  stringifyJson,
  topics,
  type CrmWrite,
  type JsonObject,
} from '@syncline/contract';
import type { Kafka, Outgoing, Producer, Received } from '@syncline/kafka';
import { paced, sharedNow } from '../clock.ts';
import { crmData, crmObject, tenantId } from '../records.ts';

export type Moments = [key: string, at: number][];

interface Events {
  /** goes before each record's id */
  prefix: string;
  count: number;
  /** event n is about a record of object n modulo their number; the usual one alone without them */
  objects?: readonly string[];
}

const batchSize = 500;

/** The CRM of the benchmark: what it was sent, and what it sends. */
export class Crm {
  readonly #kafka: Kafka;
  readonly #topicPrefix: string;
  readonly #producer: Producer;
  /** of each ERP record, when its first write came */
  readonly #arrivedAt = new Map<string, number>();
  readonly #idOfWrite = new Map<string, string>();
  readonly #dataOf = new Map<string, JsonObject>();
  /** writes that made a record, by the ERP record behind it */
  readonly #creates = new Map<string, number>();
  #updates = 0;
  #events = 0;

  constructor(kafka: Kafka, topicPrefix: string) {
    this.#kafka = kafka;
    this.#topicPrefix = topicPrefix;
    this.#producer = kafka.producer();
  }

  async start(): Promise<void> {
    await this.#producer.start();
    const consumer = this.#kafka.consumer({
      groupId: `${this.#topicPrefix}bench-crm`,
      topics: [topics.crmWrites],
      order: 'arrival',
      maxInFlight: 2_000,
      handle: (message) => this.#onWrite(message),
    });
    await consumer.start();
  }

  /**
   * Puts a backlog on the topic, as fast as it can: event n is a change of record n modulo `keys`.
   * @returns when the first was sent
   */
  async emit({ prefix, count, keys, objects = [crmObject] }: Events & { keys: number }): Promise<number> {
    const batches: Outgoing[][] = [];
    for (let seq = 0; seq < count; seq += 1) {
      if (seq % batchSize === 0) batches.push([]);
      batches.at(-1)?.push(this.#userEvent(`${prefix}-${seq % keys}`, seq, turnOf(objects, seq)));
    }
    const startedAt = sharedNow();
    await Promise.all(batches.map((batch) => this.#producer.publish(batch)));
    return startedAt;
  }

  /**
   * Makes new records at an even pace, or changes `keys` of them in turn; tells when each event was handed to the
   * broker's client.
   */
  async trickle({
    prefix,
    count,
    perSecond,
    keys = count,
    from = 0,
    objects = [crmObject],
  }: Events & { perSecond: number; keys?: number; from?: number }): Promise<Moments> {
    const sent: Moments = [];
    await paced(count, perSecond, (seq) => {
      const key = `${prefix}-${(from + seq) % keys}`;
      sent.push([key, sharedNow()]);
      return this.#producer.publish([this.#userEvent(key, from + seq, turnOf(objects, seq))]);
    });
    return sent;
  }

  arrivals(): Moments {
    return [...this.#arrivedAt];
  }

  /** How many ERP records have one record here, how many have several, and how many updates came besides. */
  counts(): { records: number; doubled: number; updates: number; lastAt: number } {
    const doubled = [...this.#creates.values()].filter((count) => count > 1).length;
    const lastAt = [...this.#arrivedAt.values()].at(-1) ?? 0;
    return { records: this.#creates.size, doubled, updates: this.#updates, lastAt };
  }

  /** Answers, and tells of the change like of any other, as a CRM does. */
  async #onWrite({ key, value }: Received): Promise<void> {
    const write = readMessage(crmWriteSchema, value);
    const id = this.#apply(write);
    const result = { writeId: write.writeId, tenantId, success: true, dataId: id, detailDataIds: {} };
    const caused = { origin: 'integration', causedBy: write.writeId };
    await this.#producer.publish([
      { topic: topics.crmWriteResults, key, value: stringifyJson(result) },
      this.#event(id, this.#dataOf.get(id) ?? {}, caused),
    ]);
  }

  #apply({ writeId, dataId, data, source }: CrmWrite): string {
    if (!this.#arrivedAt.has(source.dataId)) this.#arrivedAt.set(source.dataId, sharedNow());
    // The same write may come again; that is no second record.
    if (!this.#idOfWrite.has(writeId)) {
      if (dataId === undefined) this.#creates.set(source.dataId, (this.#creates.get(source.dataId) ?? 0) + 1);
      else this.#updates += 1;
    }
    const id = this.#idOfWrite.get(writeId) ?? dataId ?? `A-${source.dataId}`;
    this.#idOfWrite.set(writeId, id);
    this.#dataOf.set(id, { ...this.#dataOf.get(id), ...data, _id: id });
    return id;
  }

  #userEvent(key: string, seq: number, objectApiName: string): Outgoing {
    return this.#event(key, crmData({ key, seq }), { origin: 'user', objectApiName });
  }

  #event(id: string, data: JsonObject, more: Record<string, string>): Outgoing {
    const { objectApiName = crmObject } = more;
    const message = {
      eventId: `${this.#topicPrefix}${(this.#events += 1)}`,
      tenantId,
      dataId: id,
      operation: 'update',
      occurredAt: Date.now(),
      data,
      details: {},
      ...more,
      objectApiName,
    };
    return {
      topic: topics.crmEvents,
      key: recordKey(tenantId, objectApiName, id),
      value: stringifyJson(message),
    };
  }
}

function turnOf(objects: readonly string[], seq: number): string {
  return objects[seq % objects.length] ?? crmObject;
}

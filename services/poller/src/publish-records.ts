import { createHash } from 'node:crypto';
import type { Clock } from '@syncline/chassis';
import {
  maxInlineRecordBytes,
  recordKey,
  stringifyJson,
  topics,
  type ErpRecord,
  type Origin,
  type RecordData,
} from '@syncline/contract';
import type { Outgoing, Producer } from '@syncline/kafka';
import type { Body, Store } from '@syncline/store';
import { countRecords } from './metrics.ts';
import type { ObjectAddress } from './tasks.ts';

export interface Arrival {
  dataId: string;
  record: RecordData;
  /** the batch that counts it; absent where it has counted it already */
  origin?: Origin;
}

/** How these records were had; each of them carries it. */
export interface Provenance extends ObjectAddress {
  via: 'poll' | 'fetch';
  /** begins the id of each arrival */
  name: string;
  order: number;
  traceparent: string;
}

export interface RecordPublisher {
  /** Settles once all of them are on `erp.records`. */
  publish(arrivals: readonly Arrival[], how: Provenance): Promise<void>;
}

/** What one page may have waiting in the producer, which all walks share. */
const maxChunkMessages = 500;
const maxChunkBytes = 4 * 1024 * 1024;

export function createRecordPublisher(deps: {
  store: Pick<Store, 'bodies'>;
  producer: Pick<Producer, 'publish'>;
  clock: Clock;
}): RecordPublisher {
  const send = async (messages: Outgoing[], bodies: Body[]): Promise<void> => {
    if (messages.length === 0) return;
    // Whoever reads the reference must find the body.
    await deps.store.bodies.put(bodies);
    await deps.producer.publish(messages);
  };
  return {
    async publish(arrivals, how) {
      let chunk = new Chunk();
      for (const [index, arrival] of arrivals.entries()) {
        chunk.add(arrival, { ...how, name: `${how.name}/${index}` }, deps.clock.now());
        if (!chunk.isFull) continue;
        await send(chunk.messages, chunk.bodies);
        chunk = new Chunk();
      }
      await send(chunk.messages, chunk.bodies);
      countRecords(how.via, arrivals.length);
    },
  };
}

class Chunk {
  readonly messages: Outgoing[] = [];
  readonly bodies: Body[] = [];
  #length = 0;

  get isFull(): boolean {
    return this.messages.length >= maxChunkMessages || this.#length >= maxChunkBytes;
  }

  add(
    { dataId, record, origin }: Arrival,
    { name, traceparent, ...how }: Provenance,
    receivedAt: number,
  ): void {
    const { tenantId, objectApiName } = how;
    const head = {
      arrivalId: name,
      ...how,
      dataId,
      operation: 'upsert',
      receivedAt,
      ...(origin === undefined ? {} : { origin }),
      traceparent,
    } as const;
    let value = stringifyJson({ ...head, record } satisfies ErpRecord);
    this.#length += value.length;
    if (isLarge(value)) {
      const text = stringifyJson(record);
      const bodyRef = createHash('sha256').update(text).digest('hex');
      this.bodies.push({ id: bodyRef, text });
      value = stringifyJson({ ...head, bodyRef } satisfies ErpRecord);
    }
    const key = recordKey(tenantId, objectApiName, dataId);
    this.messages.push({ topic: topics.erpRecords, key, value, headers: { traceparent } });
  }
}

/** A character is at most three bytes, so that most texts need no counting. */
function isLarge(value: string): boolean {
  return value.length * 3 > maxInlineRecordBytes && Buffer.byteLength(value) > maxInlineRecordBytes;
}

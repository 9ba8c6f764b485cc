import { createHash } from 'node:crypto';
import { traceparentOf } from '@syncline/chassis';
import { maxInlineRecordBytes, recordKey, stringifyJson, topics, type ErpRecord } from '@syncline/contract';
import type { Outgoing } from '@syncline/kafka';
import type { Body, CachedPush } from '@syncline/store';

/** One record of a push, with its data as JSON text so that no digit changes. */
export interface PushedRecord {
  objectApiName: string;
  dataId: string;
  operationType: number | null;
  order: number;
  /** place among the push's records */
  index: number;
  json: string;
}

/** What of a push its messages need. */
export type PushFacts = Pick<CachedPush, 'id' | 'tenantId' | 'dataCenterId' | 'receivedAt' | 'traceId'>;

/** A message for `erp.records`, and the body it refers to if it is too large to carry it. */
export interface RecordMessage {
  message: Outgoing;
  body: Body | null;
}

/** Contract 3: `operationType` 3 voids the record; absent, 1 or 2 upserts it. */
const voidType = 3;

/** The message of one record of a push (contract 2). */
export function recordMessage(push: PushFacts, record: PushedRecord): RecordMessage {
  const body = aside(record.json);
  const traceparent = traceparentOf(push.traceId);
  const head: ErpRecord = {
    arrivalId: record.index === 0 ? `push-${push.id}` : `push-${push.id}-${record.index}`,
    tenantId: push.tenantId,
    dataCenterId: push.dataCenterId,
    objectApiName: record.objectApiName,
    dataId: record.dataId,
    operation: record.operationType === voidType ? 'void' : 'upsert',
    order: record.order,
    receivedAt: push.receivedAt,
    via: 'push',
    traceparent,
    ...(body === null ? {} : { bodyRef: body.id }),
  };
  const text = stringifyJson(head);
  const value = body === null ? `${text.slice(0, -1)},"record":${record.json}}` : text;
  const key = recordKey(push.tenantId, record.objectApiName, record.dataId);
  return { message: { topic: topics.erpRecords, key, value, headers: { traceparent } }, body };
}

/** The record as a body of its own, named by its content, when it is too large for a message. */
function aside(json: string): Body | null {
  if (json.length * 3 <= maxInlineRecordBytes || Buffer.byteLength(json) <= maxInlineRecordBytes) return null;
  return { id: createHash('sha256').update(json).digest('hex'), text: json };
}

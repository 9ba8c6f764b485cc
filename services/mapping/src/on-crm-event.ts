import type { CatalogView } from '@syncline/catalog';
import {
  crmEventSchema,
  crmReadEndSchema,
  readMessage,
  UnreadableMessage,
  type CrmEvent,
  type CrmReadEnd,
  type RecordData,
} from '@syncline/contract';
import type { Received } from '@syncline/kafka';
import type { Addressed } from './addressed.ts';
import { fingerprintOf, type Change } from './change.ts';
import { rowIdOf } from './pair.ts';

const operations = {
  create: 'upsert',
  update: 'upsert',
  invalid: 'void',
  delete: 'void',
  recover: 'recover',
} as const satisfies Record<CrmEvent['operation'], Change['operation']>;

/** A message of `crm.events`: a record, or the end of the answer to a `crm.reads` (contract 2). */
export type CrmMessage = { kind: 'event'; event: CrmEvent } | { kind: 'readEnd'; end: CrmReadEnd };

/** @throws UnreadableMessage */
export function readCrmMessage(value: Buffer | null): CrmMessage {
  try {
    return { kind: 'event', event: readMessage(crmEventSchema, value) };
  } catch (unreadable) {
    if (!(unreadable instanceof UnreadableMessage) || value?.includes('"last"') !== true) throw unreadable;
    return { kind: 'readEnd', end: readMessage(crmReadEndSchema, value) };
  }
}

/** A change in the CRM becomes one input for each pair of the object: in each data center, for each of its dests. */
export function onCrmEvent(
  message: Received,
  event: CrmEvent,
  view: CatalogView,
  now: number,
): Extract<Addressed, { kind: 'record' }>[] {
  const record: RecordData = { master: event.data, details: event.details };
  return view.pairsOfCrmObject(event.tenantId, event.objectApiName).map((pair) => {
    const { tenantId, dataCenterId, crmObject, erpObject } = pair;
    return {
      kind: 'record',
      pair: { tenantId, dataCenterId, crmObject, erpObject },
      side: 'crm',
      dataId: event.dataId,
      causedByRow: event.operation === 'create' ? rowIdOf(event.causedBy ?? '') : '',
      mayBegin: pair.toErp !== undefined,
      change: changeOf({ message, event, record }, pair.toErp?.configRevision ?? '', now),
    };
  });
}

function changeOf(
  { message, event, record }: { message: Received; event: CrmEvent; record: RecordData },
  configRevision: string,
  now: number,
): Change {
  const operation = operations[event.operation];
  return {
    syncId: '',
    side: 'crm',
    dataId: event.dataId,
    operation,
    via: event.origin,
    order: {
      kind: 'log',
      partition: message.partition,
      offset: message.offset,
      occurredAt: event.occurredAt,
    },
    eventId: event.eventId,
    causedBy: event.causedBy ?? '',
    fingerprint: fingerprintOf(operation, record, configRevision),
    body: { record },
    arrivedAt: now,
    forced: false,
    endsVoid: false,
    replaces: false,
    isStale: false,
    told: false,
    note: '',
  };
}

import type { CatalogView } from '@syncline/catalog';
import {
  crmEventSchema,
  crmReadEndSchema,
  readMessage,
  UnreadableMessage,
  type CrmEvent,
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

/**
 * A change in the CRM becomes one input for each pair of the object: in each data center, for each of its dests.
 * @throws UnreadableMessage
 */
export function onCrmEvent(message: Received, view: CatalogView, now: number): Addressed[] {
  const event = readEvent(message.value);
  if (event === null) return [];
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

/** The event, or null for the end of a `crm.reads`. */
function readEvent(value: Buffer | null): CrmEvent | null {
  try {
    return readMessage(crmEventSchema, value);
  } catch (unreadable) {
    if (!(unreadable instanceof UnreadableMessage) || value?.includes('"last"') !== true) throw unreadable;
    readMessage(crmReadEndSchema, value);
    return null;
  }
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

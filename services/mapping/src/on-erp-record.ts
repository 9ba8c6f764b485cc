import type { CatalogView } from '@syncline/catalog';
import {
  erpRecordSchema,
  isJsonObject,
  parseJson,
  readMessage,
  UnreadableMessage,
  type ErpRecord,
  type RecordData,
} from '@syncline/contract';
import type { Received } from '@syncline/kafka';
import type { Store } from '@syncline/store';
import type { Addressed } from './addressed.ts';
import { fingerprintOf, type Change } from './change.ts';

type RecordInput = Extract<Addressed, { kind: 'record' }>;

/**
 * An ERP record that was pushed, polled or fetched becomes one input for each pair of its object.
 * @throws UnreadableMessage
 */
export async function onErpRecord(
  message: Received,
  view: CatalogView,
  store: Pick<Store, 'bodies'>,
  now: number,
): Promise<RecordInput[]> {
  const arrived = readMessage(erpRecordSchema, message.value);
  const pairs = view.pairsOfErpObject(arrived.tenantId, arrived.dataCenterId, arrived.objectApiName);
  if (pairs.length === 0) return arrived.origin === undefined ? [] : [ofNobody(arrived, now)];
  const record = arrived.record ?? (await readBody(store, arrived.bodyRef ?? ''));
  return pairs.map((pair) => ({
    kind: 'record',
    pair: {
      tenantId: pair.tenantId,
      dataCenterId: pair.dataCenterId,
      crmObject: pair.crmObject,
      erpObject: pair.erpObject,
    },
    side: 'erp',
    dataId: arrived.dataId,
    causedByRow: '',
    mayBegin: pair.toCrm !== undefined,
    change: changeOf(arrived, record, pair.toCrm?.configRevision ?? '', now),
  }));
}

/** A record that no stream takes: no row is found for it, and the batch that it came with hears of that. */
function ofNobody(arrived: ErpRecord, now: number): RecordInput {
  const { tenantId, dataCenterId, objectApiName: erpObject, dataId } = arrived;
  const pair = { tenantId, dataCenterId, crmObject: '', erpObject };
  const change = changeOf(arrived, { master: {}, details: {} }, '', now);
  return { kind: 'record', pair, side: 'erp', dataId, causedByRow: '', mayBegin: false, change };
}

async function readBody(store: Pick<Store, 'bodies'>, ref: string): Promise<RecordData> {
  const text = (await store.bodies.getMany([ref])).get(ref);
  if (text === undefined) throw new UnreadableMessage(`bodyRef: the stored body ${ref} is gone`);
  const record = parseJson(text);
  if (!isJsonObject(record)) throw new UnreadableMessage(`bodyRef: the stored body ${ref} is not a record`);
  return record as unknown as RecordData;
}

function changeOf(arrived: ErpRecord, record: RecordData, configRevision: string, now: number): Change {
  return {
    syncId: '',
    side: 'erp',
    dataId: arrived.dataId,
    operation: arrived.operation,
    via: arrived.via,
    order: { kind: 'counter', number: arrived.order },
    eventId: '',
    causedBy: '',
    fingerprint: fingerprintOf(arrived.operation, record, configRevision),
    body: { record },
    arrivedAt: now,
    forced: false,
    endsVoid: false,
    replaces: false,
    isStale: false,
    told: false,
    note: '',
    ...(arrived.origin === undefined ? {} : { origin: arrived.origin }),
  };
}

import type { JsonObject } from '@syncline/contract';
import {
  optionalFlag,
  optionalIdLists,
  optionalNumber,
  optionalObject,
  optionalRows,
  optionalText,
} from '../shared/fields.ts';
import { BadRequest } from '../shared/http-server.ts';
import type { DetailIds, DetailRows } from '../shared/rows.ts';
import type { Erp } from './erp.ts';
import { isChange, type ErpChange } from './ledger-entry.ts';
import type { PushQueue } from './push-queue.ts';

/** What a person does to one record. */
export interface ErpEdit {
  objectApiName: string;
  operation?: ErpChange | undefined;
  /** absent: a new record */
  dataId?: string | undefined;
  master: JsonObject;
  details: DetailRows;
  removeDetails?: DetailIds | undefined;
  /** the modification time; absent: now */
  stampedAt?: number | undefined;
  push: boolean;
}

export interface ErpEdited {
  seq: number;
  objectApiName: string;
  dataId: string;
  detailDataIds: DetailIds;
  modifiedAt: number;
}

/** Reads the body of `POST /control/records/{objectApiName}`. */
export function readEdit(objectApiName: string, body: JsonObject): ErpEdit {
  const operation = optionalText(body, 'operation');
  if (operation !== undefined && !isChange(operation)) {
    throw new BadRequest('operation must be create, update, void or recover');
  }
  return {
    objectApiName,
    operation,
    dataId: optionalText(body, 'dataId'),
    master: optionalObject(body, 'master') ?? {},
    details: optionalRows(body, 'details') ?? {},
    removeDetails: optionalIdLists(body, 'removeDetails'),
    stampedAt: optionalNumber(body, 'stampedAt'),
    push: optionalFlag(body, 'push') ?? false,
  };
}

/** Carries out a person's edit; with `push` it is on its way to Syncline when this returns. */
export function edit(erp: Erp, pushes: PushQueue, wanted: ErpEdit): ErpEdited {
  const { objectApiName, dataId, master, details } = wanted;
  const operation = operationOf(erp, wanted);
  const sent = { master, details };
  const plan = erp.records.plan({ objectApiName, operation, sent, dataId });
  if (!plan.ok) throw new BadRequest(plan.message, plan.code === 'E404' ? 404 : 409);
  const { entry, record } = erp.record({
    at: erp.now(),
    by: 'user',
    operation,
    objectApiName,
    dataId: plan.dataId,
    applied: true,
    status: null,
    code: null,
    fault: null,
    sent,
    detailIds: plan.detailIds,
    ...(wanted.removeDetails && { removedDetails: wanted.removeDetails }),
    ...(wanted.stampedAt !== undefined && { stampedAt: wanted.stampedAt }),
    push: wanted.push,
  });
  if (wanted.push && record !== undefined) pushes.add({ seq: entry.seq, record });
  return {
    seq: entry.seq,
    objectApiName,
    dataId: plan.dataId,
    detailDataIds: plan.detailIds,
    modifiedAt: wanted.stampedAt ?? entry.at,
  };
}

/** The operation asked for, or else: a new record is created and a known one is changed. */
function operationOf(erp: Erp, { objectApiName, operation, dataId }: ErpEdit): ErpChange {
  const record = dataId === undefined ? undefined : erp.records.get(objectApiName, dataId);
  const asked = operation ?? (record === undefined ? 'create' : 'update');
  // Saving a voided record does not bring it back; only `recover` does.
  return asked === 'update' && record?.voided === true ? 'void' : asked;
}

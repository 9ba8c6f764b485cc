import type { JsonObject } from '@syncline/contract';
import {
  optionalIdLists,
  optionalNumber,
  optionalObject,
  optionalRows,
  optionalText,
} from '../shared/fields.ts';
import { BadRequest } from '../shared/http-server.ts';
import type { DetailIds, DetailRows } from '../shared/rows.ts';
import type { Crm } from './crm.ts';
import type { CrmOperation } from './ledger-entry.ts';

/** What a person does to one record. */
export interface CrmEdit {
  tenantId: string;
  objectApiName: string;
  operation?: CrmOperation | undefined;
  /** absent: a new record */
  dataId?: string | undefined;
  data: JsonObject;
  details: DetailRows;
  removeDetails?: DetailIds | undefined;
  /** of the event; absent: now */
  occurredAt?: number | undefined;
}

export interface CrmEdited {
  seq: number;
  objectApiName: string;
  dataId: string;
  detailDataIds: DetailIds;
}

const operations: readonly CrmOperation[] = ['create', 'update', 'invalid', 'recover', 'delete'];

/** Reads the body of `POST /control/records/{objectApiName}`. */
export function readEdit(objectApiName: string, body: JsonObject, defaultTenantId: string): CrmEdit {
  const asked = optionalText(body, 'operation');
  const operation = operations.find((known) => known === asked);
  if (asked !== undefined && operation === undefined)
    throw new BadRequest(`operation must be ${operations.join(', ')}`);
  return {
    tenantId: optionalText(body, 'tenantId') ?? defaultTenantId,
    objectApiName,
    operation,
    dataId: optionalText(body, 'dataId'),
    data: optionalObject(body, 'data') ?? {},
    details: optionalRows(body, 'details') ?? {},
    removeDetails: optionalIdLists(body, 'removeDetails'),
    occurredAt: optionalNumber(body, 'occurredAt'),
  };
}

/** Carries out a person's edit; its event is on its way when this returns. */
export function edit(crm: Crm, wanted: CrmEdit): CrmEdited {
  const { tenantId, objectApiName, dataId, data, details } = wanted;
  const exists = dataId !== undefined && crm.records.get(tenantId, objectApiName, dataId) !== undefined;
  const operation = wanted.operation ?? (exists ? 'update' : 'create');
  const plan = crm.records.plan({ tenantId, objectApiName, operation, dataId, details });
  if (!plan.ok) throw new BadRequest(plan.errorMessage, plan.errorCode === 'exists' ? 409 : 404);
  const faults = crm.faults.hit('event', objectApiName);
  const { seq } = crm.record(
    {
      at: crm.now(),
      by: 'user',
      tenantId,
      objectApiName,
      operation,
      dataId: plan.dataId,
      applied: true,
      sent: { data, details },
      detailIds: plan.detailIds,
      ...(wanted.removeDetails && { removedDetails: wanted.removeDetails }),
      ...(wanted.occurredAt !== undefined && { occurredAt: wanted.occurredAt }),
      faults: faults.map(({ kind }) => kind),
    },
    faults,
  );
  return { seq, objectApiName, dataId: plan.dataId, detailDataIds: plan.detailIds };
}

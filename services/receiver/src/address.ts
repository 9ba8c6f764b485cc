import type { CatalogView, ErpObject, Tenant } from '@syncline/catalog';
import { RefusedRequest } from '@syncline/contract';
import type { PushHeaders } from './headers.ts';

/** What a push is about, as its headers say. */
export interface Address {
  object: ErpObject;
  /** null: non-standard, the object's adapter has to find it */
  dataId: string | null;
  operationType: number | null;
}

/** Of the header `id`; an id that an adapter gives has the same limit (contract 3). */
export const maxIdBytes = 512;

/**
 * Checks the headers after token and tenant, in the contract's order.
 * @throws RefusedRequest
 */
export function readAddress(headers: PushHeaders, tenant: Tenant, view: CatalogView): Address {
  checkVersion(headers.version);
  const dataCenterId = dataCenterOf(headers.dataCenterId, tenant);
  const object = objectOf(headers.objectApiName, { tenantId: tenant.id, dataCenterId }, view);
  const operationType = operationTypeOf(headers.operationType);
  return { object, dataId: dataIdOf(headers.id, object), operationType };
}

function checkVersion(version: string): void {
  if (version === '') throw new RefusedRequest('badHeader', 'The header version is missing');
  if (version !== 'v1')
    throw new RefusedRequest('badVersion', `The header version is ${quoted(version)}, not v1`);
}

function dataCenterOf(dataCenterId: string, { dataCenters }: Tenant): string {
  const [only, ...others] = dataCenters;
  if (dataCenterId === '') {
    if (only !== undefined && others.length === 0) return only.id;
    throw new RefusedRequest(
      'badDataCenter',
      'The header dataCenterId is missing, and there is no single one',
    );
  }
  if (dataCenters.some(({ id }) => id === dataCenterId)) return dataCenterId;
  throw new RefusedRequest('badDataCenter', `The data center ${quoted(dataCenterId)} is not known`);
}

function objectOf(
  objectApiName: string,
  { tenantId, dataCenterId }: { tenantId: string; dataCenterId: string },
  view: CatalogView,
): ErpObject {
  if (objectApiName === '') throw new RefusedRequest('badHeader', 'The header objectApiName is missing');
  const object = view.erpObject(tenantId, dataCenterId, objectApiName);
  if (object !== undefined) return object;
  throw new RefusedRequest(
    'unknownObject',
    `The object ${quoted(objectApiName)} is not configured in the data center ${quoted(dataCenterId)}`,
  );
}

function operationTypeOf(operationType: string): number | null {
  if (operationType === '') return null;
  if (/^[123]$/.test(operationType)) return Number(operationType);
  throw new RefusedRequest(
    'badHeader',
    `The header operationType is ${quoted(operationType)}, not 1, 2 or 3`,
  );
}

function dataIdOf(id: string, object: ErpObject): string | null {
  if (Buffer.byteLength(id) > maxIdBytes)
    throw new RefusedRequest('badHeader', `The header id has more than ${maxIdBytes} bytes`);
  if (id !== '') return id;
  if (object.adapter !== null) return null;
  throw new RefusedRequest(
    'noAdapter',
    `The header id is empty, and ${quoted(object.apiName)} has no adapter`,
  );
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}

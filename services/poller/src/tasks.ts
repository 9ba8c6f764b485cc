import type { CatalogView, DataCenter, ErpObject, Poll } from '@syncline/catalog';

/** Which object of which ERP. */
export interface ObjectAddress {
  tenantId: string;
  dataCenterId: string;
  objectApiName: string;
}

/** An object that the catalog names, as it stands there now. */
export interface ErpTarget {
  dataCenter: DataCenter;
  erpObject: ErpObject;
}

export interface PollTarget extends ErpTarget {
  poll: Poll;
}

/** No part of it can hold a slash (catalog, schema). */
export function taskIdOf({ tenantId, dataCenterId, objectApiName }: ObjectAddress): string {
  return `${tenantId}/${dataCenterId}/${objectApiName}`;
}

/** Names a data center where those of all tenants are together. */
export function dataCenterName({ tenantId, dataCenterId }: ObjectAddress): string {
  return `${tenantId}/${dataCenterId}`;
}

export interface PolledObject extends ObjectAddress {
  taskId: string;
  poll: Poll;
}

/** All objects that are polled. */
export function polledObjects(view: CatalogView): PolledObject[] {
  return view.erpObjects.flatMap(({ tenantId, dataCenterId, apiName, poll }) => {
    const address = { tenantId, dataCenterId, objectApiName: apiName };
    return poll === null ? [] : [{ ...address, taskId: taskIdOf(address), poll }];
  });
}

export function erpTarget(view: CatalogView, address: ObjectAddress): ErpTarget | null {
  const { tenantId, dataCenterId, objectApiName } = address;
  const dataCenter = view.dataCenter(tenantId, dataCenterId);
  const erpObject = view.erpObject(tenantId, dataCenterId, objectApiName);
  return dataCenter === undefined || erpObject === undefined ? null : { dataCenter, erpObject };
}

export function pollTarget(view: CatalogView, address: ObjectAddress): PollTarget | null {
  const target = erpTarget(view, address);
  const poll = target?.erpObject.poll ?? null;
  return target === null || poll === null ? null : { ...target, poll };
}

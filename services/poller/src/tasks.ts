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

/** A task that a schedule has due: the increments of an object, or its full sweep. */
export interface ScheduledTask extends ObjectAddress {
  kind: 'increment' | 'sweep';
  taskId: string;
}

/** The tasks of all objects that are polled. */
export function scheduledTasks(view: CatalogView): ScheduledTask[] {
  return view.erpObjects.flatMap(({ tenantId, dataCenterId, apiName, poll }): ScheduledTask[] => {
    if (poll === null) return [];
    const address = { tenantId, dataCenterId, objectApiName: apiName };
    const increments = { ...address, kind: 'increment', taskId: taskIdOf(address) } as const;
    const sweep = { ...address, kind: 'sweep', taskId: `${taskIdOf(address)}/sweep` } as const;
    return poll.sweep === undefined ? [increments] : [increments, sweep];
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

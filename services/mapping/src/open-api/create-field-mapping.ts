import type { CatalogView } from '@syncline/catalog';
import { channels, fieldDataTypes, RefusedRequest } from '@syncline/contract';
import type { FieldMapping } from '@syncline/store';
import type { OpenApiCall } from './call.ts';
import type { Parameters } from './parameters.ts';

/** `erp.syncData.createErpfieldmapping` (spec 6). */
export const createFieldMapping: OpenApiCall = async ({ tenantId, parameters, view, store, now }) => {
  const entry = readFieldMapping(parameters, tenantId, view);
  const { dataCenterId, dataType, crmId, erpId } = entry;
  const [known] = await store.fieldMappings.find([
    { tenantId, dataCenterId, dataType, side: 'crm', id: crmId },
  ]);
  if (known != null && known.erpId !== erpId) {
    throw new RefusedRequest('conflict', `${dataType} ${crmId} is mapped to ${known.erpId}`);
  }
  // A repeat that names no names leaves those that are there.
  const crmName = entry.crmName === '' ? (known?.crmName ?? '') : entry.crmName;
  const erpName = entry.erpName === '' ? (known?.erpName ?? '') : entry.erpName;
  await store.fieldMappings.put([{ ...entry, crmName, erpName, updatedAt: now }]);
  return undefined;
};

/**
 * The entry that a call, or a row of an import, asks for; `updatedAt` is still 0.
 * @throws RefusedRequest that names the parameter
 */
export function readFieldMapping(parameters: Parameters, tenantId: string, view: CatalogView): FieldMapping {
  const dataCenterId = parameters.required('dataCenterId');
  if (view.dataCenter(tenantId, dataCenterId) === undefined) {
    throw new RefusedRequest(
      'badDataCenter',
      `dataCenterId ${dataCenterId} is not a data center of tenant ${tenantId}`,
    );
  }
  return {
    tenantId,
    dataCenterId,
    channel: parameters.oneOf('channel', channels),
    dataType: parameters.oneOf('dataType', fieldDataTypes),
    crmId: parameters.required('fsDataId'),
    crmName: parameters.optional('fsDataName') ?? '',
    erpId: parameters.required('erpDataId'),
    erpName: parameters.optional('erpDataName') ?? '',
    updatedAt: 0,
  };
}

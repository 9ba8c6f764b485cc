import { channels, fieldDataTypes, RefusedRequest } from '@syncline/contract';
import type { OpenApiCall } from './call.ts';

/** `erp.syncData.createErpfieldmapping` (spec 6). */
export const createFieldMapping: OpenApiCall = async ({ tenantId, parameters, view, store, now }) => {
  const dataCenterId = parameters.required('dataCenterId');
  if (view.dataCenter(tenantId, dataCenterId) === undefined) {
    throw new RefusedRequest(
      'badDataCenter',
      `dataCenterId ${dataCenterId} is not a data center of tenant ${tenantId}`,
    );
  }
  const channel = parameters.oneOf('channel', channels);
  const dataType = parameters.oneOf('dataType', fieldDataTypes);
  const crmId = parameters.required('fsDataId');
  const erpId = parameters.required('erpDataId');
  const [known] = await store.fieldMappings.find([
    { tenantId, dataCenterId, dataType, side: 'crm', id: crmId },
  ]);
  if (known != null && known.erpId !== erpId) {
    throw new RefusedRequest('conflict', `${dataType} ${crmId} is mapped to ${known.erpId}`);
  }
  await store.fieldMappings.put([
    {
      tenantId,
      dataCenterId,
      channel,
      dataType,
      crmId,
      crmName: parameters.optional('fsDataName') ?? '',
      erpId,
      erpName: parameters.optional('erpDataName') ?? '',
      updatedAt: now,
    },
  ]);
  return undefined;
};

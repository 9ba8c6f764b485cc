import {
  crmObject,
  dataCenterId,
  erpConcurrency,
  erpObject,
  erpToken,
  pushToken,
  tenantId,
} from './records.ts';

const pairs = [
  { crm: 'account_no', erp: 'FNumber', required: true },
  { crm: 'name', erp: 'FName', required: true },
  { crm: 'tel', erp: 'FTel' },
  { crm: 'seq', erp: 'FSeq' },
  { crm: 'remark', erp: 'FRemark' },
];

/**
 * A config file (contract 6; YAML holds JSON): customers in both directions, which is the pair that costs most, as each
 * new one could be the answer to a create of the other side.
 */
export function benchConfig(erpUrl: string, poll?: object): string {
  const place = { tenantId, dataCenterId };
  const dataCenter = {
    id: dataCenterId,
    channel: 'STANDARD_CHANNEL',
    baseUrl: erpUrl,
    token: erpToken,
    concurrency: erpConcurrency,
  };
  return JSON.stringify({
    tenants: [{ id: tenantId, name: 'Bench', pushTokens: [pushToken], dataCenters: [dataCenter] }],
    erpObjects: [
      {
        ...place,
        apiName: erpObject,
        idField: 'FCUSTID',
        nameField: 'FName',
        matchFields: ['FNumber'],
        fields: pairs.map(({ erp }) => ({ apiName: erp })),
        ...(poll === undefined ? {} : { poll }),
      },
    ],
    streams: [
      {
        ...place,
        id: '155bd981457343f291e0edc13776217f',
        direction: 'crm-to-erp',
        source: crmObject,
        dest: erpObject,
        fields: pairs.map(({ crm, erp, required = false }) => ({ to: erp, from: crm, required })),
      },
      {
        ...place,
        id: '2f0c6d1b8a7e4b7d9d0e5c3a1b2f4e60',
        direction: 'erp-to-crm',
        source: erpObject,
        dest: crmObject,
        fields: pairs.map(({ crm, erp, required = false }) => ({ to: crm, from: erp, required })),
      },
    ],
  });
}

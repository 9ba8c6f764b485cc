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

export interface BenchConfigOptions {
  /** how the ERP object is polled, as a config file says it; not at all without */
  poll?: object;
  /** so many data centers, each with a CRM object of its own that goes there; the usual one without it */
  dataCenters?: number;
}

/** The CRM object whose records go to data center n. */
export function crmObjectOf(index: number): string {
  return `Account${String(index)}Obj`;
}

/** Data center n is the ERP at `erpUrl` with its number behind it; limits are the usual ones. */
function severalDataCenters(erpUrl: string, count: number): string {
  const all = Array.from({ length: count }, (_, index) => index);
  const idOf = (index: number): string => `dc-${String(index)}`;
  const dataCenters = all.map((index) => ({
    id: idOf(index),
    channel: 'STANDARD_CHANNEL',
    baseUrl: `${erpUrl}${String(index)}`,
    token: erpToken,
  }));
  return JSON.stringify({
    tenants: [{ id: tenantId, name: 'Bench', pushTokens: [pushToken], dataCenters }],
    erpObjects: all.map((index) => ({
      tenantId,
      dataCenterId: idOf(index),
      apiName: erpObject,
      idField: 'FCUSTID',
      nameField: 'FName',
      matchFields: ['FNumber'],
      fields: pairs.map(({ erp }) => ({ apiName: erp })),
    })),
    streams: all.map((index) => ({
      tenantId,
      dataCenterId: idOf(index),
      id: `to-${idOf(index)}`,
      direction: 'crm-to-erp',
      source: crmObjectOf(index),
      dest: erpObject,
      fields: pairs.map(({ crm, erp, required = false }) => ({ to: erp, from: crm, required })),
    })),
  });
}

/**
 * A config file (contract 6; YAML holds JSON): customers in both directions, which is the pair that costs most, as each
 * new one could be the answer to a create of the other side.
 */
export function benchConfig(erpUrl: string, { poll, dataCenters }: BenchConfigOptions = {}): string {
  if (dataCenters !== undefined) return severalDataCenters(erpUrl, dataCenters);
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

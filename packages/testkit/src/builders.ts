import {
  catalogView,
  withConfigRevisions,
  type Catalog,
  type CatalogView,
  type DataCenter,
  type ErpObject,
  type FieldMapping,
  type Stream,
  type Tenant,
} from '@syncline/catalog';
import { defaultRetryDelaysMs, type JsonObject, type RecordData } from '@syncline/contract';
import { createHash } from 'node:crypto';

/** The push token of `aTenant`. */
export const pushToken = 'push-token';

/** A tenant with one data center, `dc-main`. */
export function aTenant(over: Partial<Tenant> = {}): Tenant {
  return {
    id: '81138',
    name: 'Acme',
    pushTokenHashes: [createHash('sha256').update(pushToken).digest('hex')],
    dataCenters: [aDataCenter()],
    ...over,
  };
}

/** A data center with the defaults of contract 6, except that it retries at once. */
export function aDataCenter(over: Partial<DataCenter> = {}): DataCenter {
  return {
    id: 'dc-main',
    channel: 'STANDARD_CHANNEL',
    baseUrl: 'http://127.0.0.1:8710/erp',
    token: 'erp-secret',
    format: 'json',
    result: {
      codePath: 'code',
      successCodes: ['0', '200', 'success'],
      messagePath: 'message',
      dataPath: 'data',
    },
    concurrency: 8,
    requestsPerSecond: null,
    timeoutMs: 30_000,
    retryDelaysMs: [...defaultRetryDelaysMs],
    createSettleSeconds: 60,
    breaker: { failures: 10, probeSeconds: 10 },
    onUnknownCreate: 'hold',
    timeZone: 'UTC',
    ...over,
  };
}

/** `BD_Customer` with contacts as its details. */
export function anErpObject(over: Partial<ErpObject> = {}): ErpObject {
  return {
    tenantId: '81138',
    dataCenterId: 'dc-main',
    apiName: 'BD_Customer',
    label: 'Customer',
    idField: 'FCUSTID',
    nameField: 'FName',
    matchFields: ['FNumber'],
    fields: [],
    details: [{ apiName: 'BD_Contact', label: 'Contact', idField: 'FContactId', fields: [] }],
    poll: null,
    adapter: null,
    firstAppliedAt: 0,
    ...over,
  };
}

/** Takes a field of the same value: `aFieldMapping('FName', { from: 'name' })`. */
export function aFieldMapping(to: string, over: Partial<Omit<FieldMapping, 'to'>> = {}): FieldMapping {
  return { to, required: false, options: null, lookup: null, reference: null, ...over };
}

/** Accounts of the CRM to customers of the ERP; `erp-to-crm` turns it round. */
export function aStream(over: Partial<Stream> = {}): Stream {
  const toErp = (over.direction ?? 'crm-to-erp') === 'crm-to-erp';
  const stream: Stream = {
    id: toErp ? '155bd981457343f291e0edc13776217f' : '255bd981457343f291e0edc13776217f',
    name: toErp ? 'Customers to ERP' : 'Customers to CRM',
    tenantId: '81138',
    dataCenterId: 'dc-main',
    direction: 'crm-to-erp',
    source: toErp ? 'AccountObj' : 'BD_Customer',
    dest: toErp ? 'BD_Customer' : 'AccountObj',
    enabled: true,
    triggers: ['create', 'update', 'invalid', 'recover', 'delete'],
    filter: null,
    fields: toErp
      ? [
          aFieldMapping('FName', { from: 'name', required: true }),
          aFieldMapping('FNumber', { from: 'number' }),
        ]
      : [
          aFieldMapping('name', { from: 'FName', required: true }),
          aFieldMapping('number', { from: 'FNumber' }),
        ],
    details: [],
    configRevision: '',
    ...over,
  };
  const [revised] = withConfigRevisions({ tenants: [], erpObjects: [], streams: [stream] }).streams;
  return { ...stream, configRevision: over.configRevision ?? revised?.configRevision ?? '' };
}

/** One tenant, one ERP object, and a stream in each direction. */
export function aCatalog(over: Partial<Catalog> = {}): Catalog {
  return {
    tenants: [aTenant()],
    erpObjects: [anErpObject()],
    streams: [aStream(), aStream({ direction: 'erp-to-crm' })],
    ...over,
  };
}

export function aCatalogView(over: Partial<Catalog> = {}): CatalogView {
  return catalogView(aCatalog(over));
}

/** A record's fields, with no detail rows. */
export function aRecord(master: JsonObject = {}, details: RecordData['details'] = {}): RecordData {
  return { master: { name: 'Acme Ltd', number: 'C-1', ...master }, details };
}

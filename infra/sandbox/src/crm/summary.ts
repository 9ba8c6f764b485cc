import { textOf } from '@syncline/contract';
import { findDoubles, type Doubles } from '../shared/tally.ts';
import type { Crm } from './crm.ts';
import { crmObject } from './objects.ts';
import type { CrmRecord } from './records.ts';

export interface CrmObjectSummary {
  records: number;
  invalid: number;
  deleted: number;
  createdByWrites: number;
  createdByUsers: number;
  /** what Syncline's writes did: create, update, invalid, recover, repeated, stale, refused, faulted */
  writes: Record<string, number>;
  /** Syncline's readings */
  reads: Record<string, number>;
  /** what people did */
  users: Record<string, number>;
  /** records that share the value of `naturalKey` */
  doubled: Doubles & { naturalKey: string };
  /** records that were created from the same ERP record */
  doubledBySource: Doubles;
  /** with `?fields=`: those fields of each record, by its id */
  last?: Record<string, Record<string, string>>;
}

export interface CrmSummary {
  side: 'crm';
  tenantId: string;
  lastSeq: number;
  /** messages that the broker does not have yet */
  messagesWaiting: number;
  objects: Record<string, CrmObjectSummary>;
}

interface Asked {
  tenantId: string;
  fields: string[];
}

export function summarize(crm: Crm, { tenantId, fields }: Asked): CrmSummary {
  const prefix = `${tenantId}/`;
  const names = crm.tally.objects().filter((key) => key.startsWith(prefix));
  const objects = names.map((key) => {
    const objectApiName = key.slice(prefix.length);
    return [objectApiName, summarizeObject(crm, objectApiName, { tenantId, fields })] as const;
  });
  return {
    side: 'crm',
    tenantId,
    lastSeq: crm.journal.lastSeq,
    messagesWaiting: crm.outbox.waiting,
    objects: Object.fromEntries(objects),
  };
}

function summarizeObject(crm: Crm, objectApiName: string, { tenantId, fields }: Asked): CrmObjectSummary {
  const records = [...crm.records.all(tenantId, objectApiName).values()];
  const countOf = (is: (record: CrmRecord) => boolean): number => records.filter(is).length;
  const { naturalKey } = crmObject(objectApiName);
  const { write = {}, user = {}, read = {} } = crm.tally.of(`${tenantId}/${objectApiName}`);
  const keys = records.map(({ dataId, data }) => ({ dataId, value: textOf(data[naturalKey]) }));
  return {
    records: records.length,
    invalid: countOf(({ status }) => status === 'invalid'),
    deleted: countOf(({ status }) => status === 'deleted'),
    createdByWrites: countOf(({ createdBy }) => createdBy === 'write'),
    createdByUsers: countOf(({ createdBy }) => createdBy === 'user'),
    writes: write,
    reads: read,
    users: user,
    doubled: { naturalKey, ...findDoubles(keys) },
    doubledBySource: findDoubles(records.map(({ dataId, source }) => ({ dataId, value: source }))),
    ...(fields.length > 0 && { last: lastValues(records, fields) }),
  };
}

function lastValues(records: CrmRecord[], fields: string[]): Record<string, Record<string, string>> {
  const values = ({ data }: CrmRecord): Record<string, string> =>
    Object.fromEntries(fields.map((field) => [field, textOf(data[field])]));
  return Object.fromEntries(records.map((record) => [record.dataId, values(record)]));
}

import { textOf } from '@syncline/contract';
import { findDoubles, type Doubles } from '../shared/tally.ts';
import type { Erp } from './erp.ts';
import type { ErpRecord } from './records.ts';

export interface ErpObjectSummary {
  records: number;
  voided: number;
  createdByCalls: number;
  createdByUsers: number;
  /** what Syncline's calls did: create, update, void, recover, repeated, refused, faulted, appliedAgain, queryMaster… */
  calls: Record<string, number>;
  /** what people did */
  users: Record<string, number>;
  /** the ERP's own pushes: accepted, refused */
  pushes: Record<string, number>;
  /** records that share the value of `naturalKey` */
  doubled: Doubles & { naturalKey: string };
  /** with `?fields=`: those fields of each record, by its id */
  last?: Record<string, Record<string, string>>;
}

export interface ErpSummary {
  side: 'erp';
  lastSeq: number;
  pushesWaiting: number;
  objects: Record<string, ErpObjectSummary>;
}

export function summarize(erp: Erp, fields: string[]): ErpSummary {
  const objects = erp.tally.objects().filter((objectApiName) => objectApiName !== '');
  return {
    side: 'erp',
    lastSeq: erp.journal.lastSeq,
    pushesWaiting: erp.waitingPushes.size,
    objects: Object.fromEntries(objects.map((name) => [name, summarizeObject(erp, name, fields)])),
  };
}

function summarizeObject(erp: Erp, objectApiName: string, fields: string[]): ErpObjectSummary {
  const records = [...erp.records.all(objectApiName).values()];
  const { naturalKey } = erp.objects.of(objectApiName);
  const { call = {}, user = {}, push = {} } = erp.tally.of(objectApiName);
  const keys = records.map(({ dataId, master }) => ({ dataId, value: textOf(master[naturalKey]) }));
  return {
    records: records.length,
    voided: records.filter(({ voided }) => voided).length,
    createdByCalls: records.filter(({ createdBy }) => createdBy === 'call').length,
    createdByUsers: records.filter(({ createdBy }) => createdBy === 'user').length,
    calls: call,
    users: user,
    pushes: push,
    doubled: { naturalKey, ...findDoubles(keys) },
    ...(fields.length > 0 && { last: lastValues(records, fields) }),
  };
}

function lastValues(records: ErpRecord[], fields: string[]): Record<string, Record<string, string>> {
  const values = (record: ErpRecord): Record<string, string> =>
    Object.fromEntries(fields.map((field) => [field, textOf(record.master[field])]));
  return Object.fromEntries(records.map((record) => [record.dataId, values(record)]));
}

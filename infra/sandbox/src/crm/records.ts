import { textOf, type JsonObject } from '@syncline/contract';
import type { Numbered } from '../shared/journal.ts';
import { Numbering } from '../shared/numbering.ts';
import {
  identifyRows,
  idsOf,
  isUnknownRow,
  mergeRows,
  type DetailIds,
  type DetailRows,
  type RowIdentity,
} from '../shared/rows.ts';
import { getOrAdd } from '../shared/tally.ts';
import type { CrmLedgerDraft, CrmOperation } from './ledger-entry.ts';
import { crmObject } from './objects.ts';

/** A record as it stands. Never changed in place: a change makes a new one. */
export interface CrmRecord {
  tenantId: string;
  objectApiName: string;
  dataId: string;
  data: JsonObject;
  details: DetailRows;
  status: 'normal' | 'invalid' | 'deleted';
  modifiedAt: number;
  /** the highest revision that Syncline has written */
  revision: number;
  version: number;
  createdBy: 'write' | 'user';
  /** `dataCenterId/objAPIName/dataId` of the write that created it; empty for a person's */
  source: string;
}

export type CrmPlan =
  { ok: true; dataId: string; detailIds: DetailIds } | { ok: false; errorCode: string; errorMessage: string };

interface Wanted {
  tenantId: string;
  objectApiName: string;
  operation: CrmOperation;
  dataId: string | undefined;
  details: DetailRows;
}

const newRows: RowIdentity = () => ({ idField: '_id', next: () => '' });

/** The CRM's records. `plan` decides and changes nothing; `apply` carries out what the journal holds. */
export class CrmRecords {
  private readonly byObject = new Map<string, Map<string, CrmRecord>>();
  private readonly numbering = new Numbering();

  get(tenantId: string, objectApiName: string, dataId: string): CrmRecord | undefined {
    return this.all(tenantId, objectApiName).get(dataId);
  }

  /** All records of an object, the one changed last at the end; deleted ones among them. */
  all(tenantId: string, objectApiName: string): Map<string, CrmRecord> {
    return this.byObject.get(`${tenantId}/${objectApiName}`) ?? new Map<string, CrmRecord>();
  }

  plan({ tenantId, objectApiName, operation, dataId, details }: Wanted): CrmPlan {
    const record = dataId === undefined ? undefined : this.get(tenantId, objectApiName, dataId);
    if (operation === 'create') {
      if (record !== undefined)
        return refuse('exists', `there is a ${objectApiName} "${record.dataId}" already`);
      const detailIds = identifyRows(details, null, this.rowNumbers(objectApiName)) as DetailIds;
      return {
        ok: true,
        dataId: dataId ?? this.numbering.next(objectApiName, crmObject(objectApiName).prefix),
        detailIds,
      };
    }
    if (record === undefined || record.status === 'deleted') {
      return refuse('not-found', `there is no ${objectApiName} "${dataId ?? ''}"`);
    }
    const ids = identifyRows(details, record.details, this.rowNumbers(objectApiName));
    if (isUnknownRow(ids)) {
      return refuse('row-not-found', `${record.dataId} has no row "${ids.rowId}" in ${ids.detailApiName}`);
    }
    return { ok: true, dataId: record.dataId, detailIds: ids };
  }

  /** Carries out an entry; undefined when it changed no record. */
  apply(entry: Numbered<CrmLedgerDraft>): CrmRecord | undefined {
    const { tenantId, objectApiName, dataId, operation } = entry;
    if (!entry.applied || dataId === null || operation === 'read') return undefined;
    const before = this.get(tenantId, objectApiName, dataId);
    const record: CrmRecord = {
      ...(before ?? newRecord(entry, dataId)),
      ...contentAfter(entry, dataId, before),
      status: statusAfter(operation, before),
      modifiedAt: entry.occurredAt ?? entry.at,
      revision: Math.max(before?.revision ?? 0, entry.revision ?? 0),
      version: (before?.version ?? 0) + 1,
    };
    this.keep(record, entry.detailIds ?? {});
    return record;
  }

  /** The records that a `crm.reads` asks for: those named, or those changed in [changedFrom, changedTo). */
  select(
    tenantId: string,
    objectApiName: string,
    { ids, changedFrom, changedTo }: NonNullable<CrmLedgerDraft['query']>,
  ): CrmRecord[] {
    const records = this.all(tenantId, objectApiName);
    const found =
      ids === undefined ? [...records.values()] : ids.flatMap((dataId) => records.get(dataId) ?? []);
    return found.filter(
      ({ status, modifiedAt }) =>
        status !== 'deleted' && modifiedAt >= (changedFrom ?? 0) && modifiedAt < (changedTo ?? Infinity),
    );
  }

  private rowNumbers(objectApiName: string): RowIdentity {
    return (detailApiName) => {
      const next = (): string =>
        this.numbering.next(`${objectApiName}/${detailApiName}`, crmObject(detailApiName).prefix);
      return { idField: '_id', next };
    };
  }

  private keep(record: CrmRecord, detailIds: DetailIds): void {
    const { tenantId, objectApiName, dataId } = record;
    const records = getOrAdd(
      this.byObject,
      `${tenantId}/${objectApiName}`,
      () => new Map<string, CrmRecord>(),
    );
    records.delete(dataId);
    records.set(dataId, record);
    this.numbering.note(objectApiName, crmObject(objectApiName).prefix, dataId);
    for (const detailApiName of Object.keys(detailIds)) {
      const { prefix } = crmObject(detailApiName);
      for (const id of idsOf(detailIds, detailApiName))
        this.numbering.note(`${objectApiName}/${detailApiName}`, prefix, id);
    }
  }
}

function refuse(errorCode: string, errorMessage: string): CrmPlan {
  return { ok: false, errorCode, errorMessage };
}

type Content = Pick<CrmRecord, 'data' | 'details'>;

function newRecord(
  { tenantId, objectApiName, by, source }: CrmLedgerDraft,
  dataId: string,
): Omit<CrmRecord, keyof Content> {
  return {
    tenantId,
    objectApiName,
    dataId,
    status: 'normal',
    modifiedAt: 0,
    revision: 0,
    version: 0,
    createdBy: by === 'user' ? 'user' : 'write',
    source: sourceText(source),
  };
}

function contentAfter(entry: CrmLedgerDraft, dataId: string, before: Content | undefined): Content {
  const sent = entry.sent ?? { data: {}, details: {} };
  const change = { sent: sent.details, ids: entry.detailIds ?? {}, removed: entry.removedDetails };
  const data: JsonObject = { ...before?.data, ...sent.data, _id: dataId };
  return {
    data: textOf(data.name) === '' ? { ...data, name: dataId } : data,
    details: mergeRows(before?.details ?? {}, change, newRows),
  };
}

function statusAfter(operation: CrmOperation, before: CrmRecord | undefined): CrmRecord['status'] {
  if (operation === 'invalid') return 'invalid';
  if (operation === 'delete') return 'deleted';
  return operation === 'recover' ? 'normal' : (before?.status ?? 'normal');
}

function sourceText(source: CrmLedgerDraft['source']): string {
  return source === undefined ? '' : `${source.dataCenterId}/${source.objAPIName}/${source.dataId}`;
}

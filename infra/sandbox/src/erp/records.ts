import { textOf, type RecordData } from '@syncline/contract';
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
import { isChange, type ErpChange, type ErpLedgerDraft } from './ledger-entry.ts';
import type { ErpObjects } from './objects.ts';

/** A record as it stands. Never changed in place: a change makes a new one. */
export interface ErpRecord extends RecordData {
  objectApiName: string;
  dataId: string;
  modifiedAt: number;
  voided: boolean;
  /** how many changes it has had */
  version: number;
  createdBy: 'call' | 'user';
}

/** What a change would do, before it is in the journal. */
export type ErpPlan =
  { ok: true; dataId: string; detailIds: DetailIds } | { ok: false; code: string; message: string };

export interface ErpWindow {
  startTime: number;
  endTime: number;
  offset: number;
  limit: number;
}

interface Wanted {
  objectApiName: string;
  operation: ErpChange;
  sent: RecordData;
  /** the id that a person chose for a new record */
  dataId?: string | undefined;
}

/** The ERP's records. `plan` decides and changes nothing; `apply` carries out what the journal holds. */
export class ErpRecords {
  private readonly objects: ErpObjects;
  private readonly byObject = new Map<string, Map<string, ErpRecord>>();
  private readonly numbering = new Numbering();

  constructor(objects: ErpObjects) {
    this.objects = objects;
  }

  get(objectApiName: string, dataId: string): ErpRecord | undefined {
    return this.byObject.get(objectApiName)?.get(dataId);
  }

  /** All records of an object, the one changed last at the end. */
  all(objectApiName: string): Map<string, ErpRecord> {
    return this.byObject.get(objectApiName) ?? new Map<string, ErpRecord>();
  }

  plan({ objectApiName, operation, sent, dataId }: Wanted): ErpPlan {
    if (operation === 'create') return this.planCreate(objectApiName, sent.details, dataId);
    const { idField } = this.objects.of(objectApiName);
    const id = dataId ?? textOf(Object.hasOwn(sent.master, idField) ? sent.master[idField] : null);
    const record = this.get(objectApiName, id);
    if (record === undefined) {
      return { ok: false, code: 'E404', message: `there is no ${objectApiName} with ${idField} "${id}"` };
    }
    const ids = identifyRows(sent.details, record.details, this.newRows(objectApiName));
    if (isUnknownRow(ids)) {
      return { ok: false, code: 'E405', message: `${id} has no row "${ids.rowId}" in ${ids.detailApiName}` };
    }
    return { ok: true, dataId: id, detailIds: ids };
  }

  /** Carries out an entry; undefined when it changed no record. */
  apply(entry: Numbered<ErpLedgerDraft>): ErpRecord | undefined {
    const { objectApiName, dataId, operation } = entry;
    if (!entry.applied || dataId === null || !isChange(operation)) return undefined;
    const before = operation === 'create' ? undefined : this.get(objectApiName, dataId);
    const { idField } = this.objects.of(objectApiName);
    const { master, details } = this.contentAfter(entry, before);
    const record: ErpRecord = {
      objectApiName,
      dataId,
      master: { ...master, [idField]: dataId },
      details,
      modifiedAt: entry.stampedAt ?? entry.at,
      voided: operation === 'void',
      version: (before?.version ?? 0) + 1,
      createdBy: before?.createdBy ?? (entry.by === 'user' ? 'user' : 'call'),
    };
    this.keep(record, entry.detailIds ?? {});
    return record;
  }

  /** Records in [startTime, endTime), oldest change first; voided ones are left out. */
  query(
    objectApiName: string,
    { startTime, endTime, offset, limit }: ErpWindow,
  ): { total: number; page: ErpRecord[] } {
    const inWindow: ErpRecord[] = [];
    for (const record of this.all(objectApiName).values()) {
      if (!record.voided && record.modifiedAt >= startTime && record.modifiedAt < endTime)
        inWindow.push(record);
    }
    inWindow.sort((a, b) => a.modifiedAt - b.modifiedAt);
    return { total: inWindow.length, page: inWindow.slice(offset, offset + limit) };
  }

  private contentAfter(entry: ErpLedgerDraft, before: RecordData | undefined): RecordData {
    const sent = entry.sent ?? { master: {}, details: {} };
    const change = { sent: sent.details, ids: entry.detailIds ?? {}, removed: entry.removedDetails };
    return {
      master: { ...before?.master, ...sent.master },
      details: mergeRows(before?.details ?? {}, change, this.newRows(entry.objectApiName)),
    };
  }

  private planCreate(objectApiName: string, details: DetailRows, dataId: string | undefined): ErpPlan {
    if (dataId !== undefined && this.get(objectApiName, dataId) !== undefined) {
      return { ok: false, code: 'E409', message: `there is a ${objectApiName} "${dataId}" already` };
    }
    const ids = identifyRows(details, null, this.newRows(objectApiName)) as DetailIds;
    const { prefix } = this.objects.of(objectApiName);
    return { ok: true, dataId: dataId ?? this.numbering.next(objectApiName, prefix), detailIds: ids };
  }

  private newRows(objectApiName: string): RowIdentity {
    return (detailApiName) => {
      const { idField, prefix } = this.objects.detailOf(objectApiName, detailApiName);
      return { idField, next: () => this.numbering.next(`${objectApiName}/${detailApiName}`, prefix) };
    };
  }

  private keep(record: ErpRecord, detailIds: DetailIds): void {
    const { objectApiName, dataId } = record;
    const records = getOrAdd(this.byObject, objectApiName, () => new Map<string, ErpRecord>());
    // Deleted first, so that the map's order is the order of change.
    records.delete(dataId);
    records.set(dataId, record);
    this.numbering.note(objectApiName, this.objects.of(objectApiName).prefix, dataId);
    for (const detailApiName of Object.keys(detailIds)) {
      const { prefix } = this.objects.detailOf(objectApiName, detailApiName);
      for (const id of idsOf(detailIds, detailApiName)) {
        this.numbering.note(`${objectApiName}/${detailApiName}`, prefix, id);
      }
    }
  }
}

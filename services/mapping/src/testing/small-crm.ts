import { topics, type CrmEvent, type CrmWrite, type CrmWriteResult } from '@syncline/contract';
import type { Draw } from './draw.ts';
import type { Lanes } from './lanes.ts';
import { writeOver, type SideRecord } from './side-record.ts';

export type SmallEvent = Pick<CrmEvent, 'operation' | 'origin' | 'occurredAt' | 'eventId'> & {
  id: string;
  causedBy: string;
  offset: number;
  record: SideRecord;
};

export interface SmallCrmOptions {
  draw: Draw;
  lanes: Lanes;
  now: () => number;
  newId: (prefix: string) => string;
  /** of 100 writes, how many it refuses, now or for good */
  faults: () => number;
  takeEvent: (event: SmallEvent) => void;
  takeResult: (result: CrmWriteResult) => void;
}

/** A CRM that applies each write once, answers each time, and tells of every change (contract 2). */
export class SmallCrm {
  readonly records = new Map<string, SideRecord>();
  /** what people wrote last into each record that they changed */
  readonly lastValues = new Map<string, string>();
  /** writes that changed something */
  writes = 0;
  private readonly applied = new Map<string, CrmWriteResult>();
  private readonly revisions = new Map<string, number>();
  private readonly options: SmallCrmOptions;
  private offset = 0;

  constructor(options: SmallCrmOptions) {
    this.options = options;
  }

  /** A person changes a record, or makes it. */
  edit(id: string, change: Partial<SideRecord>): void {
    const before = this.records.get(id);
    const record: SideRecord = {
      ...(before ?? { key: `k-${id}`, value: '', parent: '', rows: [], isVoided: false }),
      ...change,
    };
    this.records.set(id, record);
    if (before === undefined || change.value !== undefined) this.lastValues.set(id, record.value);
    const operation =
      before === undefined
        ? 'create'
        : record.isVoided === before.isVoided
          ? 'update'
          : record.isVoided
            ? 'invalid'
            : 'recover';
    this.emit(id, operation, '');
  }

  private emit(id: string, operation: CrmEvent['operation'], causedBy: string): void {
    const record = this.records.get(id);
    if (record === undefined) return;
    this.offset += 1;
    const event: SmallEvent = {
      id,
      operation,
      origin: causedBy === '' ? 'user' : 'integration',
      causedBy,
      occurredAt: this.options.now(),
      offset: this.offset,
      eventId: `e${String(this.offset)}`,
      record: structuredClone(record),
    };
    this.options.lanes.post(topics.crmEvents, id, () => this.options.takeEvent(event));
  }

  take(write: CrmWrite): void {
    const known = this.applied.get(write.writeId) ?? this.apply(write);
    this.applied.set(write.writeId, known);
    this.options.lanes.post(topics.crmWriteResults, known.writeId, () => this.options.takeResult(known));
  }

  private apply(write: CrmWrite): CrmWriteResult {
    const { draw, faults, newId } = this.options;
    const answer = { writeId: write.writeId, tenantId: 't', detailDataIds: {} };
    if (draw(100) < faults()) {
      const errorCode = draw(3) === 0 ? 'refused' : '429';
      return { ...answer, success: false, errorCode, errorMessage: 'not now' };
    }
    const id = write.dataId ?? newId('A');
    if (write.revision <= (this.revisions.get(id) ?? 0)) return { ...answer, success: true, dataId: id };
    this.revisions.set(id, write.revision);
    this.writes += 1;
    const before = this.records.get(id);
    const { record, rowIds } = writeOver('crm', before, { master: write.data, details: write.details }, () =>
      newId('a'),
    );
    const isVoided =
      write.operation === 'invalid' || (write.operation === 'update' && before?.isVoided === true);
    // Cancelling a record changes nothing else of it.
    this.records.set(id, { ...(write.operation === 'invalid' && before ? before : record), isVoided });
    this.emit(id, write.operation, write.writeId);
    return { ...answer, success: true, dataId: id, detailDataIds: { ContactObj: rowIds } };
  }
}

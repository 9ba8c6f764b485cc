import { topics, type ErpWrite, type ErpWriteOutcome, type ErpWriteResult } from '@syncline/contract';
import type { Change } from '../change.ts';
import type { Draw } from './draw.ts';
import type { Lanes } from './lanes.ts';
import { dataOf, writeOver, type SideRecord } from './side-record.ts';

export interface SmallArrival {
  id: string;
  via: Change['via'];
  operation: Change['operation'];
  order: number;
  record: SideRecord;
}

export interface ErpTemper {
  /** of 100 calls, how many go wrong in some way */
  faults: number;
  /** of 100 answers, how many leave out the ids of detail rows */
  idsDropped: number;
  /** honours `Idempotency-Key` */
  isIdempotent: boolean;
}

export interface SmallErpOptions {
  draw: Draw;
  lanes: Lanes;
  now: () => number;
  newId: (prefix: string) => string;
  temper: () => ErpTemper;
  isInFlight: (write: ErpWrite) => boolean;
  takeRecord: (arrival: SmallArrival) => void;
  takeResult: (result: ErpWriteResult) => void;
}

/** An ERP, with the receiver and the poller after it and the pusher before it. */
export class SmallErp {
  readonly records = new Map<string, SideRecord>();
  /** what people wrote last into each record that they changed */
  readonly lastValues = new Map<string, string>();
  /** writes that changed something */
  writes = 0;
  private readonly attempts = new Map<string, ErpWriteResult | 'open'>();
  private readonly made = new Map<string, { id: string; rowIds: string[] }>();
  private readonly options: SmallErpOptions;
  private counter = 0;

  constructor(options: SmallErpOptions) {
    this.options = options;
  }

  /** A person changes a record, or makes it; the ERP pushes it. */
  edit(id: string, change: Partial<SideRecord>): void {
    if (!this.records.has(id) || change.value !== undefined) this.lastValues.set(id, change.value ?? '');
    const before = this.records.get(id) ?? {
      key: `k-${id}`,
      value: '',
      parent: '',
      rows: [],
      isVoided: false,
    };
    this.records.set(id, { ...before, ...change });
    this.tell(id, 'push');
  }

  /** A push says whether the record is voided; a poll does not. */
  tell(id: string, via: 'push' | 'poll'): void {
    const record = this.records.get(id);
    if (record === undefined) return;
    const operation = via === 'push' && record.isVoided ? 'void' : 'upsert';
    const arrival = {
      id,
      via,
      operation,
      order: (this.counter += 1),
      record: structuredClone(record),
    } as const;
    this.options.lanes.post(topics.erpRecords, id, () => this.options.takeRecord(arrival));
  }

  take(write: ErpWrite): void {
    if (!this.options.isInFlight(write)) return;
    const attempt = `${write.syncId}/${String(write.attempt)}`;
    const earlier = write.guarded ? this.attempts.get(attempt) : undefined;
    if (earlier === 'open') this.answer(write, this.unknown());
    else if (earlier !== undefined) this.post(earlier);
    else if (write.operation === 'read') this.read(write);
    else if (write.operation === 'find') this.find(write);
    else this.write(write, attempt);
  }

  private read(write: ErpWrite): void {
    const order = (this.counter += 1);
    const fault = this.fault();
    const record = this.records.get(write.dataId ?? '');
    if (fault !== null) this.answer(write, fault);
    else if (record === undefined) this.answer(write, { kind: 'read', record: null, order });
    else this.answer(write, { kind: 'read', record: dataOf('erp', write.dataId ?? '', record), order });
  }

  private find(write: ErpWrite): void {
    const wanted = write.match[0]?.value;
    const found = [...this.records].filter(([, record]) => record.key === wanted);
    this.answer(write, this.fault() ?? { kind: 'found', candidates: found.map(([dataId]) => ({ dataId })) });
  }

  /** What goes wrong before anything is done. */
  private fault(): ErpWriteOutcome | null {
    const { draw, temper } = this.options;
    if (draw(100) >= temper().faults) return null;
    const kinds: ErpWriteOutcome[] = [
      { kind: 'transient', code: '503', message: 'busy' },
      { kind: 'deferred', retryAfterMs: 5_000, reason: 'the breaker is open' },
    ];
    return kinds[draw(kinds.length)] ?? null;
  }

  private write(write: ErpWrite, attempt: string): void {
    const { draw, temper } = this.options;
    const fault = this.fault();
    if (fault?.kind === 'deferred') {
      this.answer(write, fault);
      return;
    }
    if (write.guarded) this.attempts.set(attempt, 'open');
    const isLost = draw(100) < temper().faults;
    if (fault !== null) this.answer(write, fault);
    else if (draw(400) < temper().faults) this.answer(write, { kind: 'rejected', code: 'no', message: 'no' });
    else if (!isLost) this.answer(write, this.accept(write));
    else this.lose(write, draw(3));
  }

  /** The pusher dies before the call (0) or after it (1), or the answer does not come (2). */
  private lose(write: ErpWrite, how: number): void {
    if (how > 0) this.accept(write);
    const isUnguarded: ErpWriteOutcome = { kind: 'transient', code: 'cut', message: 'cut' };
    if (how === 2) this.answer(write, write.guarded ? this.unknown() : isUnguarded);
    else this.take(write);
  }

  private accept(write: ErpWrite): ErpWriteOutcome {
    const { draw, newId, temper } = this.options;
    const again = temper().isIdempotent ? this.made.get(write.syncId) : undefined;
    if (again !== undefined) return this.accepted(again.id, again.rowIds);
    const id = write.dataId ?? newId('C');
    const before = this.records.get(id);
    const data = write.record ?? { master: {}, details: {} };
    const { record, rowIds } = writeOver('erp', before, data, () => newId('c'));
    if (write.operation === 'create') this.made.set(write.syncId, { id, rowIds });
    this.writes += 1;
    const isVoided = write.operation === 'void';
    this.records.set(
      id,
      isVoided && before !== undefined ? { ...before, isVoided } : { ...record, isVoided },
    );
    if (draw(2) === 0) this.tell(id, 'push');
    return this.accepted(id, rowIds);
  }

  private accepted(dataId: string, rowIds: string[]): ErpWriteOutcome {
    const { draw, temper } = this.options;
    const detailIds = draw(100) < temper().idsDropped ? {} : { BD_Contact: rowIds };
    return { kind: 'accepted', dataId, detailIds, order: (this.counter += 1) };
  }

  private unknown(): ErpWriteOutcome {
    const now = this.options.now();
    return { kind: 'unknown', code: 'cut', message: 'cut', attemptedFrom: now, attemptedTo: now };
  }

  private answer(write: ErpWrite, outcome: ErpWriteOutcome): void {
    const { syncId, attempt, rowId, tenantId, dataCenterId, operation } = write;
    const at = this.options.now();
    const result = { syncId, attempt, rowId, tenantId, dataCenterId, operation, outcome, at };
    if (write.guarded) this.attempts.set(`${syncId}/${String(attempt)}`, result);
    this.post(result);
  }

  private post(result: ErpWriteResult): void {
    this.options.lanes.post(topics.erpWriteResults, result.syncId, () => this.options.takeResult(result));
  }
}

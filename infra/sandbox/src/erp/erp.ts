import { join } from 'node:path';
import type { ServerResponse } from 'node:http';
import { errorCodes, isJsonObject, textOf, type JsonObject } from '@syncline/contract';
import { Faults } from '../shared/faults.ts';
import { Feed } from '../shared/feed.ts';
import { Journal, type Numbered } from '../shared/journal.ts';
import { optionalFlag, optionalNumber, optionalObject } from '../shared/fields.ts';
import { Tally } from '../shared/tally.ts';
import { erpFaultKinds, type ErpFaultKind } from './delivery.ts';
import { isChange, type ErpLedgerDraft } from './ledger-entry.ts';
import { narrate } from './narrate.ts';
import { ErpObjects } from './objects.ts';
import { ErpRecords, type ErpRecord } from './records.ts';

/** An edit that has yet to reach Syncline's receiver. */
export interface WaitingPush {
  seq: number;
  record: ErpRecord;
}

export interface ErpSettings {
  /** does a repeated `Idempotency-Key` get the first answer again, instead of a second record? */
  idempotency: boolean;
  /** how far the ERP's clock is ahead, for `modifiedAt` */
  clockSkewMs: number;
}

/**
 * One ERP: its records, its ledger, and what follows from them. Every change goes to the journal first and is applied
 * then, in the same way when it happens and when the journal is replayed.
 */
export class Erp {
  readonly journal: Journal<ErpLedgerDraft>;
  readonly objects = new ErpObjects();
  readonly records = new ErpRecords(this.objects);
  readonly feed = new Feed();
  readonly tally = new Tally();
  /** responses that a fault leaves open */
  readonly stalled = new Set<ServerResponse>();
  readonly faults = new Faults<ErpFaultKind>(erpFaultKinds, () => {
    for (const response of this.stalled) response.destroy();
  });
  /** entry of the first change under each `Idempotency-Key` */
  readonly appliedKeys = new Map<string, number>();
  readonly waitingPushes = new Map<number, WaitingPush>();
  settings: ErpSettings = { idempotency: false, clockSkewMs: 0 };

  constructor(dataDir: string) {
    this.journal = new Journal<ErpLedgerDraft>(join(dataDir, 'erp', 'ledger.jsonl'), {
      entry: (entry) => {
        this.apply(entry);
      },
      mark: (mark) => {
        if (isJsonObject(mark.settings)) this.take(mark.settings);
      },
    });
  }

  now(): number {
    return Date.now() + this.settings.clockSkewMs;
  }

  /** Writes one entry down and carries it out. */
  record(draft: ErpLedgerDraft): { entry: Numbered<ErpLedgerDraft>; record: ErpRecord | undefined } {
    const entry = this.journal.append(draft);
    return { entry, record: this.apply(entry) };
  }

  /** Changes settings, and keeps them over a restart. */
  changeSettings(body: JsonObject): void {
    this.take(body);
    const { idempotency, clockSkewMs } = this.settings;
    this.journal.mark({
      settings: { idempotency, clockSkewMs, objects: optionalObject(body, 'objects') ?? {} },
    });
  }

  private take(body: JsonObject): void {
    this.settings = {
      idempotency: optionalFlag(body, 'idempotency') ?? this.settings.idempotency,
      clockSkewMs: optionalNumber(body, 'clockSkewMs') ?? this.settings.clockSkewMs,
    };
    this.objects.set(optionalObject(body, 'objects') ?? {});
  }

  private apply(entry: Numbered<ErpLedgerDraft>): ErpRecord | undefined {
    const record = this.records.apply(entry);
    if (record !== undefined && entry.push === true)
      this.waitingPushes.set(entry.seq, { seq: entry.seq, record });
    if (entry.pushOf !== undefined) this.waitingPushes.delete(entry.pushOf);
    this.noteKey(entry);
    this.tally.count(entry.objectApiName, entry.by, tallyName(entry));
    const known = record ?? this.records.get(entry.objectApiName, entry.dataId ?? '');
    const definition = this.objects.of(entry.objectApiName);
    const name = known === undefined ? '' : textOf(known.master[definition.nameField]);
    const text = narrate(entry, { label: definition.label, name });
    if (text !== null) this.feed.add({ seq: entry.seq, at: entry.at, text });
    return record;
  }

  private noteKey({ idempotencyKey, applied, seq, objectApiName }: Numbered<ErpLedgerDraft>): void {
    if (idempotencyKey === undefined || !applied) return;
    if (this.appliedKeys.has(idempotencyKey)) this.tally.count(objectApiName, 'call', 'appliedAgain');
    else this.appliedKeys.set(idempotencyKey, seq);
  }
}

function tallyName(entry: ErpLedgerDraft): string {
  if (entry.by === 'push') return entry.code === errorCodes.success.code ? 'accepted' : 'refused';
  if (entry.applied) return entry.operation;
  if (entry.repeatOf !== undefined) return 'repeated';
  if (entry.fault !== null) return 'faulted';
  return isChange(entry.operation) ? 'refused' : entry.operation;
}

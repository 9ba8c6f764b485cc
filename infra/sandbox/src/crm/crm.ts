import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { textOf } from '@syncline/contract';
import { Faults, type FaultRule } from '../shared/faults.ts';
import { Feed } from '../shared/feed.ts';
import { Journal, type Numbered } from '../shared/journal.ts';
import type { Log } from '../shared/log.ts';
import { Tally } from '../shared/tally.ts';
import { crmFaultKinds, type CrmFaultKind, type CrmLedgerDraft } from './ledger-entry.ts';
import { messagesOf } from './messages-of.ts';
import { narrate } from './narrate.ts';
import { Outbox, type SendBatch } from './outbox.ts';
import { CrmRecords, type CrmRecord } from './records.ts';
import { Reorder } from './reorder.ts';

export type CrmFault = FaultRule<CrmFaultKind>;

/**
 * One CRM: its records, its ledger, and the messages that follow from them. An entry goes to the journal first, is
 * applied then, and its messages leave last; what a crash left unsent is sent at the next start.
 */
export class Crm {
  readonly journal: Journal<CrmLedgerDraft>;
  readonly records = new CrmRecords();
  readonly feed = new Feed();
  readonly tally = new Tally();
  readonly reorder: Reorder;
  readonly faults: Faults<CrmFaultKind>;
  readonly outbox: Outbox;
  /** the entry that applied each `writeId` */
  readonly appliedWrites = new Map<string, number>();
  private journalId = '';
  private lastAt = 0;

  constructor(dataDir: string, send: SendBatch, log: Log) {
    this.outbox = new Outbox({
      send,
      log,
      onProduced: (upTo) => {
        this.journal.mark({ producedUpTo: upTo });
      },
    });
    this.reorder = new Reorder((seq, messages) => {
      this.outbox.enqueue(seq, messages);
    });
    this.faults = new Faults<CrmFaultKind>(crmFaultKinds, () => {
      this.reorder.releaseAll();
    });
    const unsent = new Map<number, Applied>();
    this.journal = new Journal<CrmLedgerDraft>(join(dataDir, 'crm', 'ledger.jsonl'), {
      entry: (entry) => unsent.set(entry.seq, { entry, records: this.apply(entry) }),
      mark: ({ producedUpTo, journalId }) => {
        if (typeof journalId === 'string') this.journalId = journalId;
        if (typeof producedUpTo === 'number') forgetUpTo(unsent, producedUpTo);
      },
    });
    if (this.journalId === '') {
      this.journalId = randomUUID();
      this.journal.mark({ journalId: this.journalId });
    }
    for (const { entry, records } of unsent.values()) {
      const { event, answer } = messagesOf(entry, records, this.journalId);
      this.outbox.expect(entry.seq, event.length + answer.length);
      this.outbox.enqueue(entry.seq, [...event, ...answer]);
    }
  }

  /** Never behind the last entry, so that `occurredAt` follows the order of changes when the clock is set back. */
  now(): number {
    this.lastAt = Math.max(this.lastAt, Date.now());
    return this.lastAt;
  }

  /** Writes one entry down, carries it out and sends what follows from it. */
  record(draft: CrmLedgerDraft, faults: CrmFault[] = []): Numbered<CrmLedgerDraft> {
    const entry = this.journal.append(draft);
    const { event, answer } = messagesOf(entry, this.apply(entry), this.journalId);
    const reorder = faults.find(({ kind }) => kind === 'reorder');
    this.outbox.expect(entry.seq, event.length + answer.length);
    if (reorder === undefined) {
      this.outbox.enqueue(entry.seq, event);
      this.reorder.passed(event[0]?.key);
    } else this.reorder.hold(entry.seq, event, reorder.delayMs);
    this.outbox.enqueue(entry.seq, answer);
    return entry;
  }

  /** @returns the records that the entry is about to tell of */
  private apply(entry: Numbered<CrmLedgerDraft>): CrmRecord[] {
    const { tenantId, objectApiName, writeId, dataId } = entry;
    this.lastAt = Math.max(this.lastAt, entry.at);
    const changed = this.records.apply(entry);
    if (entry.applied && writeId !== undefined) this.appliedWrites.set(writeId, entry.seq);
    this.tally.count(`${tenantId}/${objectApiName}`, entry.by, tallyName(entry));
    const record = changed ?? this.records.get(tenantId, objectApiName, dataId ?? '');
    const text = narrate(entry, textOf(record?.data.name));
    if (text !== null) this.feed.add({ seq: entry.seq, at: entry.at, text });
    if (entry.by === 'read') return this.records.select(tenantId, objectApiName, entry.query ?? {});
    return changed === undefined ? [] : [changed];
  }
}

/** An entry of the journal and the records that it is about to tell of. */
interface Applied {
  entry: Numbered<CrmLedgerDraft>;
  records: CrmRecord[];
}

function forgetUpTo(unsent: Map<number, Applied>, seq: number): void {
  for (const one of unsent.keys()) {
    if (one > seq) return;
    unsent.delete(one);
  }
}

function tallyName(entry: CrmLedgerDraft): string {
  if (entry.applied || entry.by === 'read') return entry.operation;
  if (entry.repeatOf !== undefined) return 'repeated';
  if (entry.stale === true) return 'stale';
  return entry.faults.length > 0 ? 'faulted' : 'refused';
}

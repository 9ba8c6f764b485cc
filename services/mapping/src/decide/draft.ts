import {
  mappingStatus,
  otherSide,
  syncStatus,
  type Failure,
  type Side,
  type SyncStatus,
} from '@syncline/contract';
import { counted, isSilentOnVoid, type Body, type Change } from '../change.ts';
import { isResting, type Current, type Resting, type WriteOperation } from '../current.ts';
import type { Effect, PairState, Reason } from '../pair.ts';
import {
  hookedKey,
  Needs,
  readingKey,
  type Facts,
  type Hooked,
  type Reading,
  type Reply,
  type StreamFacts,
} from './facts.ts';
import { without } from './sides.ts';
import { comesAfter } from './source-order.ts';

export interface SyncEnding {
  operation: string;
  reason: Reason | null;
  attempts?: number;
}

/**
 * A decision in the making: a copy of the state that the rules change, and the effects they ask for.
 * Rules replace parts of the state, they never change a part in place, so the state that came in stays as it was.
 */
export class Draft {
  readonly state: PairState;
  readonly facts: Facts;
  readonly effects: Effect[] = [];
  result = 'nothing';
  reply: Reply | undefined;
  private events = 0;

  constructor(state: PairState, facts: Facts) {
    this.state = {
      ...state,
      sides: { ...state.sides },
      waiting: { ...state.waiting },
      failed: { ...state.failed },
      overtaken: { ...state.overtaken },
    };
    this.facts = facts;
  }

  get now(): number {
    return this.facts.now;
  }

  streamOutOf(side: Side): StreamFacts | null {
    return side === 'crm' ? this.facts.toErp : this.facts.toCrm;
  }

  get isCreated(): boolean {
    return this.state.sides.crm.id !== '' && this.state.sides.erp.id !== '';
  }

  /** the sync that rests here, if one does */
  get resting(): Resting | null {
    return isResting(this.state.current) ? this.state.current : null;
  }

  counterpartOf(side: Side): string {
    return this.state.sides[otherSide(side)].id;
  }

  reading(change: Change): Reading {
    const reading = this.facts.readings.get(readingKey(change));
    if (reading === undefined) throw new Needs({ kind: 'reading', change });
    return reading;
  }

  /** What a change becomes on the other side. Its hooks are run only for what is about to be written. */
  hooked(change: Change, operation: WriteOperation): Hooked {
    const { mapped } = this.reading(change);
    if (this.streamOutOf(change.side)?.hooks?.changes !== true) return { mapped, log: [] };
    const hooked = this.facts.hooked?.get(hookedKey(change, operation));
    if (hooked !== undefined) return hooked;
    throw new Needs({ kind: 'hooked', change, operation, destId: this.counterpartOf(change.side) });
  }

  setSide(side: Side, part: Partial<PairState['sides'][Side]>): void {
    this.state.sides = { ...this.state.sides, [side]: { ...this.state.sides[side], ...part } };
  }

  setCurrent(current: Current | null): void {
    this.state.current = current;
  }

  nextSyncId(): string {
    this.state.syncs = Math.max(this.state.syncs, this.facts.syncsFrom ?? 0) + 1;
    return `${this.state.id}-${this.state.syncs.toString(36)}`;
  }

  send(what: 'write' | 'read' | 'find'): void {
    this.effects.push({ kind: 'send', what });
  }

  /** Adds an event to a sync's story, and facts to its record. */
  tell(
    change: Change,
    event: { kind: string; message: string; body?: Body },
    set: Record<string, string | number | null> = {},
  ): void {
    const events = [{ id: this.eventId(), at: this.now, ...event }];
    this.effects.push({ kind: 'history', syncId: change.syncId, side: change.side, set, events });
  }

  /** Adds an event to an older sync, of which this state keeps no more than its id. */
  tellOlder(syncId: string, message: string, set: Record<string, string>): void {
    const id = this.eventId();
    this.effects.push({
      kind: 'history',
      syncId,
      side: null,
      set,
      events: [{ id, at: this.now, kind: 'resolved', message }],
    });
  }

  private eventId(): string {
    this.events += 1;
    return `v${String(this.state.version + 1)}_${String(this.facts.fold)}_${String(this.events)}`;
  }

  /** The pair's own status, as the Open API shows it. */
  show(status: SyncStatus, change: Change): void {
    this.state.lastSyncStatus = status;
    this.state.lastSyncDataId = change.syncId;
    this.state.streamId = this.streamOutOf(change.side)?.id ?? this.state.streamId;
  }

  /** A sync is over: its outcome and its record say how. */
  finish(change: Change, status: SyncStatus, end: SyncEnding): void {
    const { syncId, side, origin } = change;
    const { operation, reason, attempts = 0 } = end;
    const facts = { syncId, side, operation, status, failure: reason, attempts, at: this.now };
    const outcome = origin === undefined ? facts : { ...facts, origin };
    this.effects.push({ kind: 'outcome', outcome });
    this.tell(
      change,
      { kind: 'finished', message: reason?.message ?? 'The other side confirmed it.' },
      {
        status,
        operation,
        attempts,
        errorClass: reason?.class ?? null,
        errorCode: reason?.code ?? null,
        errorMessage: reason?.message ?? null,
      },
    );
  }

  /** Ends a change that is not written: skipped, with the reason (design, "The mapping decides create or update"). */
  skip(change: Change, reason: string, message: string): void {
    this.finish(change, syncStatus.skipped, {
      operation: 'skip',
      reason: { class: null, code: reason, message },
    });
    const isUnderWay = this.state.current !== null && this.state.current.change.syncId !== change.syncId;
    if (!isUnderWay && this.state.lastSyncStatus !== syncStatus.success)
      this.show(syncStatus.skipped, change);
    this.result = reason;
  }

  /** Counts an input that changes nothing and leaves no record. */
  drop(reason: string): void {
    this.result = reason;
  }

  /** Ends a change that says nothing new. One that the history has not heard of leaves no record, only a count. */
  dropChange(change: Change, reason: string): void {
    if (change.told) this.skip(change, reason, `Nothing new (${reason}): not written.`);
    this.drop(reason);
  }

  /** A newer change took this one's place. */
  supersede(change: Change, message: string): void {
    const reason = { class: null, code: 'superseded', message };
    this.finish(change, syncStatus.superseded, { operation: 'skip', reason });
  }

  /** What this change says has reached the other side, or need not: nothing older of its side is owed any more. */
  settleSide(change: Change): void {
    const { side } = change;
    const { overtaken } = this.state;
    const older = this.state.failed[side] ?? overtaken[side];
    if (overtaken[side] !== undefined && !comesAfter(overtaken[side].order, change.order))
      this.state.overtaken = without(overtaken, side);
    if (older !== undefined) this.keepOwed(older, change);
    // A void that failed is not settled by what says nothing of it.
    if (isSilentOnVoid(change) && this.state.failed[side]?.operation === 'void') return;
    this.state.failed = without(this.state.failed, side);
    if (!isSilentOnVoid(change)) this.setSide(side, { voidedAlone: false });
  }

  /** What this change says will not reach the other side by itself: it is compared in full when its side speaks again. */
  owe(change: Change): void {
    const { side, operation } = change;
    const owed = this.state.overtaken[side];
    if (operation === 'void') this.setSide(side, { voidedAlone: true });
    else if (owed === undefined || !comesAfter(owed.order, change.order))
      this.state.overtaken = { ...this.state.overtaken, [side]: counted(change) };
  }

  /** A void says nothing of what the record holds: what it took the place of is still to reach the other side. */
  keepOwed(older: Change, newer: Change): void {
    if (newer.operation === 'void' && older.operation !== 'void') this.owe(older);
  }

  /** A sync ends failed; a person has to act. Its fingerprint holds nothing, so the same content may come again. */
  fail(change: Change, operation: string, failure: Failure, attempts: number): void {
    const { state } = this;
    this.finish(change, syncStatus.failed, { operation, reason: failure, attempts });
    this.show(syncStatus.failed, change);
    this.setSide(change.side, { confirmed: '' });
    this.keepFailed(change);
    state.unresolved = [...state.unresolved, change.syncId].slice(-20);
    if (state.status === mappingStatus.reserved) state.status = mappingStatus.inForce;
    this.setCurrent(null);
    this.result = `failed-${failure.class}`;
  }

  private keepFailed(change: Change): void {
    const { side } = change;
    const older = this.state.failed[side];
    if (older?.operation === 'void' && isSilentOnVoid(change)) {
      this.owe(change);
      return;
    }
    if (older !== undefined) this.keepOwed(older, change);
    if (change.operation === 'void') this.owe(change);
    this.state.failed = { ...this.state.failed, [side]: counted(change) };
  }
}

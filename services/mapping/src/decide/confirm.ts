import { mappingStatus, otherSide, syncStatus, type Side } from '@syncline/contract';
import type { Change } from '../change.ts';
import type { SentRow, Write } from '../current.ts';
import { keepPairs } from './details.ts';
import type { SideState } from '../pair.ts';
import type { Draft } from './draft.ts';
import { Needs } from './facts.ts';
import { afterWrite } from './known.ts';
import { takeUpOverwritten } from './overwritten.ts';
import { park } from './postpone.ts';
import { without } from './sides.ts';

export interface Confirmation {
  destId: string;
  rows: Record<string, SentRow[]>;
  unpaired: number;
  /** the ERP's counter number after its answer; 0 for the CRM */
  order: number;
  attempts: number;
}

/**
 * Claims the other side's id for this pair. The pointer stands before the row says success (design, "The record's
 * state is its mapping row"). Returns the row that owns it, when that is another one.
 */
export function claim(draft: Draft, side: Side, dataId: string): string | null {
  const known = draft.state.sides[side].id;
  if (known === dataId) return null;
  const claimed = draft.facts.claims.get(dataId);
  if (claimed === undefined) throw new Needs({ kind: 'claim', side, dataId });
  return claimed.owner === draft.state.id ? null : claimed.owner;
}

/** A write is confirmed: both sides now hold the same, and what is known of the target is what was written. */
export function confirm(draft: Draft, change: Change, write: Write, done: Confirmation): void {
  const { state } = draft;
  const stream = draft.streamOutOf(change.side);
  const voids = write.operation === 'void';
  draft.setSide(write.to, {
    ...targetAfter(state.sides[write.to], write, done),
    // What is known now is what this config wrote: when it comes back, it is no news.
    ...(state.sides[write.to].known === null && !voids
      ? { knownRevision: draft.streamOutOf(write.to)?.configRevision ?? '' }
      : {}),
  });
  draft.setSide(change.side, { confirmed: voids ? '' : change.fingerprint });
  if (stream !== null) state.details = keepPairs(state, change.side, stream, done.rows);
  state.status = voids ? mappingStatus.voided : mappingStatus.inForce;
  draft.settleSide(change);
  draft.setCurrent(null);
  draft.show(syncStatus.success, change);
  const end = { operation: write.operation, reason: partialFailure(done.unpaired), attempts: done.attempts };
  draft.finish(change, syncStatus.success, end);
  if (stream?.hooks?.after === true) owesAfterHook(draft, change, write);
  takeUpOvertaken(draft, write);
  takeUpOverwritten(draft, change);
  resolveFailures(draft, change);
  draft.result = 'success';
  if (write.owes.length > 0) payLater(draft, change, write);
}

/** The hook is run once the row says that the write is confirmed, and holds nothing up. */
function owesAfterHook(draft: Draft, change: Change, { to, operation, body }: Write): void {
  const streamId = draft.streamOutOf(change.side)?.id ?? '';
  const destId = draft.state.sides[to].id;
  const { syncId, side } = change;
  draft.effects.push({ kind: 'after', syncId, side, streamId, operation, destId, body, at: draft.now });
}

/** The target after a confirmed write: it holds what was written, and nothing about that is open any more. */
function targetAfter(target: SideState, write: Write, done: Confirmation): Partial<SideState> {
  const saysOfVoid = write.operation === 'void' || write.operation === 'recover';
  const common = {
    id: done.destId === '' ? target.id : done.destId,
    confirmed: '',
    unsettled: false,
    revived: false,
    maybeVoided: false,
    voidedAlone: saysOfVoid ? false : target.voidedAlone,
    writtenOrder: Math.max(target.writtenOrder, done.order),
    ...(target.written === undefined ? {} : { written: null }),
  };
  if (write.operation === 'void') return common;
  const known = afterWrite(target.known, write.values, done.rows);
  return { ...common, known, unseen: write.to === 'crm' };
}

/**
 * What the target's own side said before and what never reached the other side has been written over now, in part or
 * whole. It is not sent as it was, nor forgotten: the ERP is asked for the record as it is, the CRM sends an event of it.
 */
function takeUpOvertaken(draft: Draft, write: Write): void {
  const { state } = draft;
  const { to, operation } = write;
  const failed = state.failed[to];
  const isVoid = failed?.operation === 'void';
  if (!isVoid || operation === 'recover') state.failed = without(state.failed, to);
  const left = isVoid ? state.overtaken[to] : (failed ?? state.overtaken[to]);
  if (left === undefined) return;
  draft.owe(left);
  if (to === 'crm' || operation === 'void' || state.waiting.erp !== undefined) return;
  const note = 'taken up again, since a change of the CRM was written over it';
  const again: Change = { ...left, syncId: draft.nextSyncId(), told: false, note };
  state.waiting = { ...state.waiting, erp: again };
}

function partialFailure(unpaired: number) {
  if (unpaired === 0) return null;
  return {
    class: 'partial' as const,
    code: 'details-unpaired',
    message: `The record arrived, but the ids of ${String(unpaired)} new detail rows are not known; they are not sent as new again. Answer detailDataIds in the order sent, or let queryMasterById return the rows.`,
  };
}

/** A success resolves the record's older failures (design, "Failures are classed"). */
export function resolveFailures(draft: Draft, change: Change): void {
  // A void that failed is not resolved by a change that says nothing of it.
  if (Object.keys(draft.state.failed).length > 0) return;
  for (const syncId of draft.state.unresolved) {
    draft.tellOlder(syncId, `resolved by ${change.syncId}`, { resolvedBy: change.syncId });
  }
  draft.state.unresolved = [];
}

// Optional references that were left out to break a cycle follow as an update once they can.
export function payLater(draft: Draft, change: Change, write: Write): void {
  const follow: Change = {
    ...change,
    syncId: draft.nextSyncId(),
    forced: true,
    note: 'sends the references that were left out before',
  };
  park(draft, follow, write.owes);
}

/** The record of that side is known now, though no write of ours has confirmed what it holds. */
export function adopt(draft: Draft, side: Side, dataId: string): void {
  const { current } = draft.state;
  draft.setSide(side, { id: dataId, known: null, confirmed: '' });
  draft.setSide(otherSide(side), { confirmed: '', knownRevision: '' });
  const isCreating = current !== null && 'write' in current && current.write.operation === 'create';
  if (draft.state.status === mappingStatus.reserved && !isCreating)
    draft.state.status = mappingStatus.inForce;
}

/** Takes the result of a create that nobody waits for any more: the record exists, so its id is kept. */
export function adoptLate(draft: Draft, side: Side, dataId: string): boolean {
  if (draft.state.sides[side].id !== '' || dataId === '') return false;
  if (claim(draft, side, dataId) !== null) return false;
  adopt(draft, side, dataId);
  draft.result = 'adopted-late';
  return true;
}

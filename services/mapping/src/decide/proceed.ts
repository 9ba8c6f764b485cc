import { mappingStatus, otherSide, syncStatus, type Side } from '@syncline/contract';
import type { Change } from '../change.ts';
import type { Write, WriteOperation } from '../current.ts';
import { payLater, resolveFailures } from './confirm.ts';
import type { Draft } from './draft.ts';
import { Needs, type Reading } from './facts.ts';
import { keepPairs } from './details.ts';
import { changesNothing } from './known.ts';
import { crossesTooOften, noteCrossing } from './loop-guard.ts';
import { findsItsMatch } from './match.ts';
import { bringBack, hasOverwritten, takeUpOverwritten } from './overwritten.ts';
import { hold, park, waitForOpenCreates } from './postpone.ts';
import { prepareWrite, putInFlight } from './send.ts';
import { without } from './sides.ts';
import { saysSoSinceOurWrite } from './source-order.ts';

/** Goes on with a change that is news: now, or when what stopped it before may have gone. */
export function proceed(draft: Draft, change: Change): void {
  const stream = draft.streamOutOf(change.side);
  if (stream === null) {
    end(draft, change, 'stream-gone', 'The stream that this change belonged to is no longer configured.');
    return;
  }
  if (!stream.enabled) {
    hold(draft, change, stream.id);
    return;
  }
  if (draft.counterpartOf(change.side) === '' && !(mayBegin(draft, change) && findsItsMatch(draft, change)))
    return;
  const operation = operationFor(draft, change);
  if (operation === null) return;
  if (!isTriggered(stream.triggers, operation)) {
    end(
      draft,
      change,
      'not-triggered',
      `The stream does not carry out ${operation}: add it to triggers to have it sent.`,
    );
    return;
  }
  write(draft, change, operation);
}

/** An unknown record may be what the opposite stream has just made (design, "An unknown id may be ours"). */
function mayBegin(draft: Draft, change: Change): boolean {
  const { openCreates, owner } = draft.facts;
  if (openCreates === undefined || owner === undefined) throw new Needs({ kind: 'openCreates', change });
  if (owner !== null && owner !== draft.state.id) {
    draft.setCurrent(null);
    draft.effects.push({
      kind: 'forward',
      rowId: owner,
      change: { ...change, syncId: '', told: false, isForwarded: true },
    });
    draft.supersede(change, 'It is the counterpart of a record that is known already; decided there.');
    draft.show(syncStatus.superseded, change);
    draft.result = 'forwarded';
    return false;
  }
  return !waitForOpenCreates(draft, change, openCreates);
}

function operationFor(draft: Draft, change: Change): WriteOperation | null {
  const { state } = draft;
  const known = draft.counterpartOf(change.side) !== '';
  if (change.operation === 'void') {
    const done = isVoidedThere(draft, otherSide(change.side));
    if (known && !done) {
      noteRevived(draft, change);
      return 'void';
    }
    state.status = mappingStatus.voided;
    endVoided(
      draft,
      change,
      known ? 'It is voided already.' : 'Voided before it was created on the other side.',
    );
    state.failed = without(state.failed, change.side);
    return null;
  }
  if (state.status !== mappingStatus.voided)
    return !known ? 'create' : followsVoid(draft, change) ? 'recover' : 'update';
  if (endsVoid(draft, change)) return known ? 'recover' : 'create';
  endVoided(draft, change, 'The pair is voided: only a newer recover, push or change by a user ends that.');
  // What it says has not reached the other side: it is compared in full when the pair is in force again.
  draft.owe(change);
  return null;
}

function endVoided(draft: Draft, change: Change, message: string): void {
  draft.setCurrent(null);
  draft.skip(change, 'voided', message);
}

// The other side is voided, and its void was not carried out before this came; or ours there may have been.
function followsVoid({ state }: Draft, { side, endsVoid: may }: Change): boolean {
  const { maybeVoided, voidedAlone } = state.sides[otherSide(side)];
  return maybeVoided || (may && voidedAlone);
}

// A write of ours there that failed, or that was older than its void, may have taken the void back.
function isVoidedThere({ state }: Draft, side: Side): boolean {
  const { revived, unsettled } = state.sides[side];
  return state.status === mappingStatus.voided && !revived && !unsettled;
}

// An update of ours that came after the ERP's void takes it back there: the CRM's void that follows is sent there again.
function noteRevived(draft: Draft, { order }: Change): void {
  const { writtenOrder, unsettled } = draft.state.sides.erp;
  if (order.kind !== 'counter') return;
  draft.setSide('erp', { revived: unsettled || order.number <= writtenOrder });
}

// An ERP record from before our void was answered is not newer than that.
function endsVoid({ state }: Draft, { endsVoid: may, side }: Change): boolean {
  return may && (side === 'crm' || saysSoSinceOurWrite(state.sides.erp));
}

const triggersOf: Record<WriteOperation, readonly string[]> = {
  create: ['create'],
  update: ['update'],
  void: ['invalid', 'delete'],
  // What a stream may void it may also take back.
  recover: ['recover', 'invalid', 'delete'],
};

export function isTriggered(triggers: readonly string[], operation: WriteOperation): boolean {
  return triggersOf[operation].some((trigger) => triggers.includes(trigger));
}

type Usable = Extract<Reading['mapped'], { kind: 'ok' }>;

const emptyMapping: Usable = {
  kind: 'ok',
  record: { master: {}, details: {} },
  values: {},
  rows: {},
  match: [],
  owes: [],
};

function write(draft: Draft, change: Change, operation: WriteOperation): void {
  const { mapped, log } = draft.hooked(change, operation);
  for (const message of log) draft.tell(change, { kind: 'hook', message });
  const usable = usableFor(draft, change, operation, mapped);
  if (usable === null) {
    refuse(draft, change, operation, mapped);
    return;
  }
  const { write: prepared, notes } = prepareWrite(draft, change, operation, usable);
  if (isEcho(draft, change, prepared)) {
    endEcho(draft, change, prepared);
    if (prepared.owes.length > 0) payLater(draft, change, prepared);
    return;
  }
  if (operation === 'update' && hasOverwritten(draft, change)) {
    bringBack(draft, change);
    return;
  }
  // What a person or a correction of ours wants written is no answer to the write before it.
  if (!change.forced) {
    if (crossesTooOften(draft, change.side)) {
      draft.fail(change, operation, crossesTooOften.failure, 0);
      return;
    }
    noteCrossing(draft, change.side);
  }
  for (const message of notes) draft.tell(change, { kind: 'note', message });
  putInFlight(draft, change, prepared, draft.state.current ?? { attempts: 0, sends: 0, doubtSince: null });
}

/**
 * A void needs only the id: what does not map any more can still be voided, unless a hook is against it; and one that says
 * nothing but the id empties no field of the other side.
 */
function usableFor(
  draft: Draft,
  change: Change,
  operation: WriteOperation,
  mapped: Reading['mapped'],
): Usable | null {
  const isHooked = draft.streamOutOf(change.side)?.hooks?.changes === true;
  if (operation === 'void' && draft.reading(change).isBare === true && !isHooked) return emptyMapping;
  if (mapped.kind === 'ok') return mapped;
  const isRefused = mapped.kind === 'stopped' || (mapped.kind === 'failed' && mapped.byHook === true);
  return operation === 'void' && !isRefused ? emptyMapping : null;
}

function isEcho(draft: Draft, change: Change, { to, operation, values, rows }: Write): boolean {
  // A write there that failed may have happened all the same.
  if (operation !== 'update' || change.forced || draft.state.sides[to].unsettled) return false;
  return changesNothing(draft.state.sides[to].known, values, rows);
}

// Both sides hold the same already: whatever failed of this side before is settled by that.
function endEcho(draft: Draft, change: Change, { rows }: Write): void {
  const { state } = draft;
  const stream = draft.streamOutOf(change.side);
  draft.setCurrent(null);
  // Rows that were met by their order only have ids from now on.
  if (stream !== null) state.details = keepPairs(state, change.side, stream, rows);
  draft.setSide(change.side, { confirmed: change.fingerprint });
  draft.settleSide(change);
  takeUpOverwritten(draft, change);
  resolveFailures(draft, change);
  state.lastSyncStatus = syncStatus.success;
  draft.skip(change, 'echo', 'The other side holds these values already.');
}

function refuse(draft: Draft, change: Change, operation: WriteOperation, mapped: Reading['mapped']): void {
  switch (mapped.kind) {
    case 'filtered':
      end(draft, change, 'filtered', "The stream's filter does not take this record.");
      return;
    case 'stopped':
      end(draft, change, 'stopped-by-hook', mapped.message);
      return;
    case 'waits':
      park(draft, change, mapped.keys);
      return;
    case 'failed':
      draft.fail(change, operation, mapped.failure, draft.state.current?.attempts ?? 0);
      return;
    case 'ok':
    case 'none':
      end(draft, change, 'stream-gone', 'No stream leads to the other side.');
  }
}

/** A change that belongs nowhere leaves nothing that its side owes. */
function end(draft: Draft, change: Change, reason: string, message: string): void {
  draft.setCurrent(null);
  draft.settleSide(change);
  draft.skip(change, reason, message);
}

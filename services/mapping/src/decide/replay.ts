import { mappingStatus, otherSide, type Side } from '@syncline/contract';
import type { Change, Known } from '../change.ts';
import { isResting, type Current, type Resting } from '../current.ts';
import type { PairState } from '../pair.ts';
import type { Draft } from './draft.ts';
import { contradicts, saysNothingNew } from './known.ts';
import { done, refuse, takenFor } from './operator.ts';
import type { OperatorAction, OperatorInput } from './operator-action.ts';
import { reread } from './postpone.ts';
import { proceed } from './proceed.ts';
import { comesAfter } from './source-order.ts';
import { take } from './take.ts';
import { ask, sendAgain } from './unknown.ts';

type Action<D extends OperatorAction['do']> = Extract<OperatorAction, { do: D }>;

/** Tries at once what waits for something, else the newest change that failed, as a new sync. */
export function retry(draft: Draft, action: Action<'retry'>, input: OperatorInput): void {
  const { side, syncId } = action;
  const { current } = draft.state;
  if (syncId !== undefined && isOver(draft.state, syncId)) {
    refuse(draft, 'newer', 'a newer state of the record has taken its place, or it is settled');
    return;
  }
  if (side !== null && isTakenBefore(draft, side, input)) return;
  if (current !== null && (side === null || current.change.side === side || !isResting(current))) {
    goOn(draft, withoutMatch(current, action), input);
    return;
  }
  const failed = newestOwed(draft.state, newestFailed(draft.state, side));
  if (failed === undefined) {
    refuse(
      draft,
      'nothing-failed',
      'nothing of it that failed can be tried again now: a newer state took its place',
    );
    return;
  }
  if (isBehindOtherSide(draft, failed)) return;
  const change = { ...failed, ...asNew(action), note: `retried by ${input.by}` };
  takeAnew(draft, change, { input, before: failed });
}

/**
 * Decides the snapshot of an earlier sync again, forced past what says that nothing changed. A state that is not the
 * newest of its side is refused, so that nothing newer is written over; so is a correction of one.
 */
export function replay(draft: Draft, action: Action<'replay'>, input: OperatorInput): void {
  const { syncId, stored, edited } = action;
  const { side } = stored;
  const own = stillThere(draft.state, side, syncId);
  if (own !== undefined && edited === undefined) {
    retry(draft, { ...action, do: 'retry', side }, input);
    return;
  }
  if (isTakenBefore(draft, side, input) || cannotTakeNow(draft, side)) return;
  if (own === undefined ? isNotNewest(draft, stored, syncId) : isVoid(draft, own)) return;
  const base = own ?? stored;
  if (isBehindOtherSide(draft, base)) return;
  const order = orderOf(draft.state, stored, own);
  const { operation, endsVoid } = base;
  const given = { ...(edited ?? stored), ...asNew(action), operation, endsVoid, order };
  const change = { ...given, note: noteOf(action, input) };
  takeAnew(draft, change, { input, before: { ...base, syncId } }, edited !== undefined);
}

/** As old as what was taken from its side last, so that whatever comes goes before it. */
function orderOf({ sides }: PairState, stored: Change, own: Change | undefined): Change['order'] {
  return own?.order ?? sides[stored.side].order ?? stored.order;
}

function noteOf({ syncId, edited }: Action<'replay'>, { by }: OperatorInput): string {
  return edited === undefined
    ? `replayed by ${by}: the stored state of ${syncId}`
    : `corrected by ${by}: ${edited.note}`;
}

function isVoid(draft: Draft, { operation }: Change): boolean {
  if (operation !== 'void') return false;
  refuse(draft, 'voided', 'it was voided by this sync, and a void carries no fields to correct: retry it');
  return true;
}

/** Asks the ERP for the record as it is; that is decided, though it may say nothing new. */
export function fetchFromErp(draft: Draft, input: OperatorInput): void {
  const { sides } = draft.state;
  if (draft.facts.toCrm === null) {
    refuse(draft, 'no-stream', 'no stream leads from the ERP to the CRM for it');
    return;
  }
  if (isTakenBefore(draft, 'erp', input) || cannotTakeNow(draft, 'erp')) return;
  if (draft.state.current?.phase === 'openWait') {
    // While it is being read it would count as more than a record that waits, and the create could not take it.
    refuse(draft, 'under-way', 'it waits for a create that may have made it, and looks again by itself');
    return;
  }
  const change: Change = {
    syncId: draft.nextSyncId(),
    side: 'erp',
    dataId: sides.erp.id,
    operation: 'upsert',
    via: 'fetch',
    order: sides.erp.order ?? { kind: 'counter', number: sides.erp.writtenOrder },
    eventId: '',
    causedBy: '',
    // It holds nothing until it has been read.
    fingerprint: '',
    body: { record: { master: {}, details: {} } },
    arrivedAt: draft.now,
    forced: true,
    endsVoid: false,
    replaces: false,
    isStale: true,
    told: true,
    note: `asked for again by ${input.by}`,
  };
  letLoopGo(draft);
  reread(draft, takenFor(draft, change, input), `The ERP is asked for it again, by ${input.by}.`);
  done(draft, change.syncId);
}

/** It is made anew, whatever the other side holds that equals it (contract 6, `matchBeforeCreate`). */
function asNew(action: { asNew?: true }): Pick<Change, 'isNew'> {
  return action.asNew === true ? { isNew: true } : {};
}

function withoutMatch(current: Current, action: Action<'retry'>): Current {
  return { ...current, change: { ...current.change, ...asNew(action) } };
}

/** What waits looks at the world again; what nobody knows the end of is asked about. */
function goOn(draft: Draft, current: Current, input: OperatorInput): void {
  if (isResting(current)) goOnResting(draft, current, input);
  else if (current.phase === 'resend') {
    tell(draft, current.change, `tried at once by ${input.by}`);
    done(draft, current.change.syncId);
    sendAgain(draft, current);
  } else if (current.phase === 'unknown') {
    tell(draft, current.change, `asked about at once by ${input.by}`);
    done(draft, current.change.syncId);
    ask(draft, current);
  } else refuseBusy(draft, current);
}

function goOnResting(draft: Draft, { phase, change: resting }: Resting, input: OperatorInput): void {
  if (phase === 'held' && draft.streamOutOf(resting.side)?.enabled === false) {
    refuse(draft, 'stream-off', 'its stream is off and holds it: let the stream go on first');
    return;
  }
  tell(draft, resting, `tried at once by ${input.by}`);
  letLoopGo(draft);
  done(draft, resting.syncId);
  proceed(draft, takenFor(draft, resting, input));
}

function takeAnew(
  draft: Draft,
  change: Change,
  { input, before }: { input: OperatorInput; before: Change },
  isGiven = false,
): void {
  const syncId = draft.nextSyncId();
  tell(draft, before, `${change.note}, as ${syncId}`);
  letLoopGo(draft);
  done(draft, syncId);
  const { origin: _origin, ...rest } = change;
  // What a person gives is not what the ERP shows: reading it again would only undo the correction.
  take(draft, takenFor(draft, { ...rest, syncId, forced: true, told: true }, input), { readAgain: isGiven });
}

function isOver({ failed, current }: PairState, syncId: string): boolean {
  return [failed.crm, failed.erp, current?.change].every((one) => one?.syncId !== syncId);
}

/** The change of this sync, if it is the one that failed last or waits for something. */
function stillThere({ failed, current }: PairState, side: Side, syncId: string): Change | undefined {
  const waits = isResting(current) ? current?.change : undefined;
  return [failed[side], waits].find((one) => one?.side === side && one.syncId === syncId);
}

function newestFailed({ failed: { crm, erp } }: PairState, side: Side | null): Change | undefined {
  if (side !== null) return side === 'crm' ? crm : erp;
  return erp === undefined || (crm !== undefined && crm.arrivedAt > erp.arrivedAt) ? crm : erp;
}

/** A newer state of its side that was put off, too, is what the other side is to get. */
function newestOwed({ overtaken }: PairState, failed: Change | undefined): Change | undefined {
  if (failed === undefined || failed.operation === 'void') return failed;
  const owed = overtaken[failed.side];
  if (owed === undefined || !comesAfter(owed.order, failed.order)) return failed;
  return { ...owed, operation: failed.operation, endsVoid: failed.endsVoid || owed.endsVoid };
}

function cannotTakeNow(draft: Draft, side: Side): boolean {
  const { current, waiting } = draft.state;
  if (!isResting(current)) refuseBusy(draft, current);
  else if (waiting[side] !== undefined) refuse(draft, 'newer', 'a newer change of the record waits already');
  else return false;
  return true;
}

function refuseBusy(draft: Draft, { phase, change }: Current): void {
  if (phase === 'person')
    refuse(
      draft,
      'needs-person',
      `nobody knows what became of ${change.syncId}: say under which id it exists, or that it is to be sent again`,
    );
  else refuse(draft, 'under-way', `${change.syncId} is under way: try again when it is done`);
}

/** The other side's newer change failed, too: it would be written over. */
function isBehindOtherSide(draft: Draft, { side, arrivedAt }: Change): boolean {
  const other = draft.state.failed[otherSide(side)];
  if (other === undefined || other.arrivedAt <= arrivedAt) return false;
  refuse(draft, 'newer', `a newer change of the other side failed, too: retry ${other.syncId}`);
  return true;
}

function isTakenBefore(draft: Draft, side: Side, { taskId }: OperatorInput): boolean {
  if (taskId === undefined || draft.state.sides[side].byTask !== taskId) return false;
  refuse(draft, 'taken-before', 'this task has taken the record before');
  return true;
}

/**
 * The newest state of a side is what its last snapshot that was news held, or what is known of it to the last field. What
 * cannot be told to be that may be older than what has been written since.
 */
function isNotNewest(draft: Draft, stored: Change, syncId: string): boolean {
  const side = draft.state.sides[stored.side];
  const { source } = draft.reading(stored);
  if (draft.state.status === mappingStatus.voided) {
    refuse(draft, 'voided', 'the record is voided: only a newer recover, push or change by a user ends that');
    return true;
  }
  if (saysNothingNew(side.known, source)) return false;
  if (side.newest === syncId && !side.unseen && !contradicts(side.known, source)) return false;
  const fields = differing(side.known, source);
  const named = fields.length === 0 ? '' : ` (${fields.slice(0, 5).join(', ')})`;
  refuse(
    draft,
    'newer',
    `the record has changed since${named}: retry its newest sync, or ask the source for it again`,
  );
  return true;
}

function differing(known: Known | null, { fields }: Known): string[] {
  if (known === null) return [];
  return Object.entries(fields).flatMap(([name, text]) =>
    Object.hasOwn(known.fields, name) && known.fields[name] !== text ? [name] : [],
  );
}

function tell(draft: Draft, change: Change, message: string): void {
  draft.tell(change, { kind: 'operator', message });
}

/** Who tries it again has made the two mappings agree. */
function letLoopGo(draft: Draft): void {
  draft.state.crossings = [];
}

import { mappingStatus, otherSide, syncStatus } from '@syncline/contract';
import { isSilentOnVoid, type Change } from '../change.ts';
import type { Resting } from '../current.ts';
import type { Draft } from './draft.ts';
import type { Reading } from './facts.ts';
import { afterSnapshot, agreed, contradicts, saysNothingNew } from './known.ts';
import { isFollowedByOurs } from './overwritten.ts';
import { reread } from './postpone.ts';
import { proceed } from './proceed.ts';
import { withSide } from './sides.ts';
import { saysSoSinceOurWrite } from './source-order.ts';

/**
 * Decides a change when nothing is in flight: is it news, and if so, what becomes of it and of what rested here?
 * @param how.readAgain the change is the ERP record as it was read again
 */
export function take(draft: Draft, change: Change, how: { readAgain: boolean } = { readAgain: false }): void {
  const reading = draft.reading(change);
  if (!how.readAgain && isDoubtful(draft, change, reading)) {
    readAgain(draft, change);
    return;
  }
  if (isReadBeforeOurWrite(draft, change, reading)) {
    draft.supersede(change, 'It may have been read before our last write to the CRM, which stands.');
    draft.drop('superseded');
    return;
  }
  const news = whyNoNews(draft, change, reading);
  if (news !== null) {
    noteSnapshot(draft, change, reading);
    if (news === 'unchanged') draft.setSide(change.side, { confirmed: change.fingerprint });
    draft.dropChange(change, news);
    return;
  }
  if (standsBack(draft, change, reading)) return;
  const before = restingOf(draft, change);
  if (before?.operation === 'void' && isSilentOnVoid(change)) skipBehindVoid(draft, change);
  else takeNews(draft, change, reading);
}

/** News that something newer of the other side, or of ours, goes before. */
function standsBack(draft: Draft, change: Change, reading: Reading): boolean {
  if (isFollowedByOurs(draft, change)) {
    draft.owe(change);
    if (change.told) draft.supersede(change, 'A later write of ours to the CRM has followed this state.');
    draft.drop('superseded');
    return true;
  }
  if (!isBackAtOurs(draft, change, reading)) return false;
  draft.state.waiting = { ...draft.state.waiting, erp: { ...change, isBehind: true } };
  draft.drop('queued');
  return true;
}

function isDoubtful(draft: Draft, change: Change, reading: Reading): boolean {
  return mayBeOlderThanOurWrite(draft, change, reading) || meetsUnwritten(draft, change, reading);
}

function readAgain(draft: Draft, change: Change): void {
  if (draft.streamOutOf(change.side) === null) draft.drop('no-stream');
  else reread(draft, { ...change, told: true });
}

/** What rests here of the same side. */
function restingOf(draft: Draft, { side }: Change): Change | undefined {
  const resting = draft.resting?.change;
  return resting?.side === side ? resting : undefined;
}

function takeNews(draft: Draft, change: Change, reading: Reading): void {
  const endsVoid = change.endsVoid || restingOf(draft, change)?.endsVoid === true;
  const rested = makeRoom(draft, change);
  noteSnapshot(draft, change, reading);
  if (change.operation !== 'void' && change.via !== 'operator')
    draft.setSide(change.side, { newest: change.syncId });
  tellArrival(draft, change);
  const told: Change = { ...change, endsVoid, told: true };
  if (rested === null) proceed(draft, told);
  else passBy(draft, told, rested);
}

export function skipBehindVoid(draft: Draft, change: Change): void {
  draft.skip(
    change,
    'voided',
    'The record is being voided: only a newer recover, push or change by a user ends that.',
  );
}

const arrivedBy: Record<Change['via'], string> = {
  user: 'changed by a user in the CRM',
  integration: 'changed by an integration in the CRM',
  read: 'read from the CRM',
  push: 'pushed by the ERP',
  poll: 'polled from the ERP',
  fetch: 'read from the ERP',
  operator: 'given by a person here',
};

/** The kinds of the events that carry a change's snapshot. */
const arrivalKinds: Record<Change['operation'], string> = {
  upsert: 'arrived',
  void: 'voided',
  recover: 'recovered',
};

function tellArrival(draft: Draft, change: Change): void {
  const note = change.note === '' ? '' : `; ${change.note}`;
  draft.tell(
    change,
    { kind: arrivalKinds[change.operation], message: `${arrivedBy[change.via]}${note}`, body: change.body },
    { status: syncStatus.pending },
  );
}

// The ERP read or sent this before our last write there was known to be done, and it does not show that write: it may
// be the state from before (design, "One write in flight per pair").
function mayBeOlderThanOurWrite(draft: Draft, change: Change, reading: Reading): boolean {
  if (change.order.kind !== 'counter' || change.operation !== 'upsert') return false;
  const { status, sides } = draft.state;
  const { writtenOrder, unsettled, known } = sides.erp;
  const isBefore = writtenOrder > 0 && change.order.number <= writtenOrder;
  // Reading it again would not tell whether it is still voided there.
  if (status === mappingStatus.voided) return change.isStale && saysSoSinceOurWrite(sides.erp);
  if (change.isStale) return true;
  return (unsettled || isBefore) && known !== null && !saysNothingNew(known, reading.source);
}

// A push carries no version, and may have been long on its way: before it takes the place of what the CRM's people wrote
// and the ERP has not got, the ERP is asked what it holds.
function meetsUnwritten({ state, resting, facts }: Draft, change: Change, reading: Reading): boolean {
  const { via, operation } = change;
  if (via !== 'push' || operation !== 'upsert' || facts.toCrm?.enabled !== true) return false;
  if (state.status === mappingStatus.voided || resting?.phase === 'held') return false;
  const isUnwritten = resting?.change.side === 'crm' || state.waiting.crm !== undefined;
  const { known } = state.sides.erp;
  return isUnwritten && known !== null && !saysNothingNew(known, reading.source);
}

// The ERP shows what it held before a push that was long on its way: the CRM's people wrote that, and have written a newer
// state since, which the ERP has not got.
function isBackAtOurs(draft: Draft, change: Change, { source }: Reading): boolean {
  const { written = null } = draft.state.sides.erp;
  if (change.side !== 'erp' || change.operation !== 'upsert' || change.forced || written === null)
    return false;
  return hasUnwritten(draft) && !contradicts(written, source);
}

/** An edit of the CRM's people waits that the ERP has not got yet. */
export function hasUnwritten({ state, resting, facts }: Draft): boolean {
  if (facts.toErp?.enabled !== true || state.status === mappingStatus.voided) return false;
  const pending = [resting?.change, state.waiting.crm].filter((one) => one?.side === 'crm');
  return pending.some((one) => one?.operation === 'upsert');
}

// A reading is no change: what it says against our last write there is the state from before, or comes as an event, too.
function isReadBeforeOurWrite({ state }: Draft, { via }: Change, reading: Reading): boolean {
  const { unseen, known } = state.sides.crm;
  return via === 'read' && unseen && contradicts(known, reading.source);
}

function whyNoNews(draft: Draft, change: Change, reading: Reading): string | null {
  const { state } = draft;
  if (draft.streamOutOf(change.side) === null) return 'no-stream';
  if (change.forced) return null;
  if (change.operation !== 'upsert') return isBeforeLastWord(draft, change) ? 'repeat' : null;
  if (state.status === mappingStatus.voided || owesSomething(draft, change)) return null;
  if (change.fingerprint === state.sides[change.side].confirmed) return 'unchanged';
  if (!draft.isCreated) return null;
  if (repeatsWhatIsKnown(draft, change, reading)) return 'unchanged';
  return !change.replaces && causedByUs(draft, change) ? 'repeat' : null;
}

function repeatsWhatIsKnown(draft: Draft, { side }: Change, reading: Reading): boolean {
  const { known, knownRevision } = draft.state.sides[side];
  return knownRevision === draft.streamOutOf(side)?.configRevision && saysNothingNew(known, reading.source);
}

// What is known of this side has not reached the other one then, so that it says nothing about what is news there.
function owesSomething({ state }: Draft, { side, syncId }: Change): boolean {
  if (state.failed[side] !== undefined || state.overtaken[side] !== undefined) return true;
  // The other side may be voided by us though this one is in force.
  if (state.sides[otherSide(side)].maybeVoided) return true;
  return state.current?.change.side === side && state.current.change.syncId !== syncId;
}

// A `causedBy` that names our own write is a repeat, unless somebody else changed the record since that write was put
// in flight, or an older change of the CRM went to the ERP since: then only this snapshot brings the two into step.
function causedByUs(draft: Draft, change: Change): boolean {
  const own = draft.state.ownWrites.find((write) => write.writeId === change.causedBy);
  return own?.crmMoves === draft.state.crmMoves;
}

function noteSnapshot(draft: Draft, change: Change, reading: Reading): void {
  if (change.operation === 'void' || change.via === 'operator') return;
  const side = draft.state.sides[change.side];
  const isSeen = !side.unseen || isOfLastWrite(draft, change);
  if (change.side === 'erp' && (side.written ?? null) === null && contradicts(side.known, reading.source))
    draft.setSide('erp', { written: side.known });
  draft.setSide(change.side, {
    known: isSeen ? afterSnapshot(side.known, reading.source) : agreed(side.known, reading.source),
    unseen: !isSeen,
    knownRevision: draft.streamOutOf(change.side)?.configRevision ?? '',
    name: reading.name === '' ? side.name : reading.name,
  });
}

/** A void or recover of ours in the CRM that a later one of ours has followed. */
function isBeforeLastWord({ state }: Draft, { causedBy }: Change): boolean {
  const at = state.ownWrites.findIndex(({ writeId }) => writeId === causedBy);
  const later = at < 0 ? [] : state.ownWrites.slice(at + 1);
  return later.some(({ operation }) => operation === 'void' || operation === 'recover');
}

function isOfLastWrite({ state }: Draft, { causedBy }: Change): boolean {
  return causedBy !== '' && state.ownWrites.at(-1)?.writeId === causedBy;
}

/** What rests here gives way: of the same side it is superseded, of the other one it is handed back. */
function makeRoom(draft: Draft, change: Change): Resting | null {
  const rested = draft.resting;
  if (rested === null || rested.change.syncId === change.syncId) return null;
  draft.setCurrent(null);
  if (rested.change.side !== change.side) return rested;
  draft.supersede(rested.change, 'A newer change arrived before this one was written.');
  draft.keepOwed(rested.change, change);
  return null;
}

/**
 * Decides a change while the other side's rests. If it comes to nothing, or may only be held, the other one goes on as it
 * was; else it takes its place, and what that one said is owed until its side speaks again.
 */
function passBy(draft: Draft, change: Change, rested: Resting): void {
  const { state } = draft;
  if (rested.change.operation === 'void' && isSilentOnVoid(change)) {
    draft.setCurrent(rested);
    draft.owe(change);
    skipBehindVoid(draft, change);
    return;
  }
  if (draft.streamOutOf(change.side)?.enabled === false) {
    state.waiting = { ...state.waiting, [change.side]: change };
    draft.setCurrent(rested);
    draft.tell(change, { kind: 'held', message: 'held: the stream is off' }, { status: syncStatus.held });
    draft.result = 'held';
    return;
  }
  const { lastSyncStatus, lastSyncDataId, streamId, overtaken } = state;
  const { side } = rested.change;
  const { voidedAlone } = state.sides[side];
  draft.owe(rested.change);
  proceed(draft, change);
  if (state.current === null && state.failed[change.side]?.syncId !== change.syncId) {
    draft.setCurrent(rested);
    Object.assign(state, { lastSyncStatus, lastSyncDataId, streamId });
    state.overtaken = withSide(state.overtaken, side, overtaken[side]);
    draft.setSide(side, { voidedAlone });
    return;
  }
  draft.supersede(rested.change, 'A newer change of the other side took its place.');
}

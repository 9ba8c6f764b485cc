import { mappingStatus, otherSide, syncStatus } from '@syncline/contract';
import { isSilentOnVoid, mayEndVoid, saysWhetherVoided, type Change } from '../change.ts';
import { isResting } from '../current.ts';
import { adopt, claim } from './confirm.ts';
import type { Draft } from './draft.ts';
import { oncePerTask } from './once-per-task.ts';
import { givesWay } from './overwritten.ts';
import { without } from './sides.ts';
import {
  compareOrder,
  isNewerWord,
  isOvertaken,
  keepEventId,
  keepOrder,
  type Newness,
} from './source-order.ts';
import { isTriggered } from './proceed.ts';
import { hasUnwritten, skipBehindVoid, take } from './take.ts';

/** A change comes in: is it newer than what was taken from its side, and does it wait or is it decided now? */
export function arrive(draft: Draft, arrived: Change): void {
  const side = draft.state.sides[arrived.side];
  const incoming = oncePerTask(side, arrived);
  const newness = compareOrder(side, incoming.order, incoming.eventId);
  if (newness === 'repeat') {
    // Known from now on, so that its batch counts it once (fates.ts).
    if (isOvertaken(side, incoming)) draft.setSide(incoming.side, keepEventId(side, incoming.eventId));
    draft.drop('repeat');
    return;
  }
  if (!isOfThisPair(draft, incoming)) return;
  draft.setSide(incoming.side, keepOrder(side, incoming.order, incoming.eventId));
  if (arrived.origin?.taskId !== undefined) draft.setSide(incoming.side, { byTask: arrived.origin.taskId });
  const isWord = saysWhetherVoided(incoming) && isNewerWord(side, incoming.order);
  if (isWord) draft.setSide(incoming.side, { word: incoming.order });
  const counts = newness === 'superseded' ? stillCounts(draft, incoming, isWord) : incoming;
  if (counts === null) {
    const late: Change = { ...incoming, syncId: draft.nextSyncId() };
    draft.supersede(late, 'A newer state of this record was taken before.');
    draft.result = 'superseded';
  } else if (isSameAsPending(draft, counts)) repeatPending(draft, counts);
  else begin(draft, counts, newness);
}

/**
 * A snapshot that was polled or read may be newer and yet say nothing of whether the record is voided: then a void that is
 * late still counts, and so does what ends one, with what was seen last.
 */
function stillCounts(draft: Draft, incoming: Change, isWord: boolean): Change | null {
  const { status, waiting, overtaken, current } = draft.state;
  const { side, operation } = incoming;
  if (!isWord || operation === 'void') return isWord ? incoming : null;
  const isVoiding = [waiting[side], current?.change].some(
    (one) => one?.side === side && one.operation === 'void',
  );
  if (status !== mappingStatus.voided && !isVoiding) return null;
  const seen = overtaken[side];
  return seen === undefined
    ? { ...incoming, isStale: side === 'erp' }
    : { ...incoming, ...seen, via: incoming.via, operation, syncId: '', told: false }; // for the batch of this one
}

function begin(draft: Draft, incoming: Change, newness: Newness): void {
  const change = accept(draft, incoming, newness === 'newer-clock-set-back');
  const earlier = draft.state.waiting[change.side];
  if (earlier !== undefined && change.via === 'read') {
    draft.supersede(change, 'A change of this record is on its way already.');
    draft.drop('superseded');
    return;
  }
  if (earlier?.operation === 'void' && isSilentOnVoid(change)) {
    skipBehindVoid(draft, change);
    return;
  }
  if (givesWay(draft, earlier, change)) {
    draft.owe(change);
    draft.drop('gives-way');
    return;
  }
  if (isVoidThatIsNotSent(draft, change)) {
    draft.skip(change, 'not-triggered', 'The stream does not carry out void: add invalid to triggers.');
    return;
  }
  if (earlier !== undefined) {
    if (earlier.told) draft.supersede(earlier, 'A newer change arrived while it waited.');
    draft.keepOwed(earlier, change);
  }
  draft.state.waiting = without(draft.state.waiting, change.side);
  const newest = earlier === undefined ? change : inPlaceOf(draft, earlier, change);
  if (isResting(draft.state.current)) take(draft, newest);
  else wait(draft, newest);
}

/** A pointer, or the write that caused it, led here before the row knew the id: then it knows it now. */
function isOfThisPair(draft: Draft, { side, dataId, ...change }: Change): boolean {
  const known = draft.state.sides[side].id;
  if (known === dataId) return true;
  const owner = known === '' ? claim(draft, side, dataId) : draft.state.id;
  if (owner === null) {
    adopt(draft, side, dataId);
    return true;
  }
  if (owner !== draft.state.id)
    draft.effects.push({
      kind: 'forward',
      rowId: owner,
      change: { ...change, side, dataId, syncId: '', told: false, isForwarded: true },
    });
  draft.drop('not-of-this-pair');
  return false;
}

// Compared with what waits, else with what is in flight or put off (design, "Unchanged is not written").
function isSameAsPending(draft: Draft, incoming: Change): boolean {
  const { waiting, current } = draft.state;
  if (incoming.forced || incoming.fingerprint === '') return false;
  if (waiting[otherSide(incoming.side)] !== undefined) return false;
  const pending =
    waiting[incoming.side] ?? (current?.change.side === incoming.side ? current.change : undefined);
  if (pending?.fingerprint !== incoming.fingerprint || pending.causedBy !== incoming.causedBy) return false;
  return pending.endsVoid || !mayEndVoid(incoming);
}

// It takes the place of nothing: what came before it is still to be carried out.
function isVoidThatIsNotSent(draft: Draft, { side, operation }: Change): boolean {
  const stream = draft.streamOutOf(side);
  if (operation !== 'void' || stream === null || isTriggered(stream.triggers, 'void')) return false;
  return draft.counterpartOf(side) !== '' || !isResting(draft.state.current);
}

// The same again, but seen later: what waits is as new as that now.
function repeatPending(draft: Draft, { side, order }: Change): void {
  const { waiting, current } = draft.state;
  const pending = waiting[side];
  if (pending !== undefined) draft.state.waiting = { ...waiting, [side]: { ...pending, order } };
  else if (current !== null) draft.setCurrent({ ...current, change: { ...current.change, order } });
  draft.drop('unchanged');
}

function isOurs(draft: Draft, incoming: Change): boolean {
  return (
    incoming.causedBy !== '' && draft.state.ownWrites.some(({ writeId }) => writeId === incoming.causedBy)
  );
}

function accept(draft: Draft, incoming: Change, clockSetBack: boolean): Change {
  if (incoming.side === 'crm' && !isOurs(draft, incoming)) draft.state.crmMoves += 1;
  const note = clockSetBack ? "The CRM's clock was set back; the event counts as newer." : incoming.note;
  const syncId = incoming.syncId === '' ? draft.nextSyncId() : incoming.syncId;
  return { ...incoming, syncId, note, endsVoid: mayEndVoid(incoming) };
}

// A snapshot is whole, but says less than the one before it of what was done and by whom.
function inPlaceOf(draft: Draft, earlier: Change, change: Change): Change {
  const endsVoid = change.endsVoid || earlier.endsVoid;
  return { ...change, endsVoid, replaces: earlier.replaces || !isOurs(draft, earlier) };
}

function wait(draft: Draft, arrived: Change): void {
  // What our own write caused, or what no stream takes further, will hardly be news: it is told of if it is.
  const told = draft.streamOutOf(arrived.side) !== null && !isOurs(draft, arrived);
  const change: Change = { ...arrived, told };
  draft.state.waiting = { ...draft.state.waiting, [change.side]: change };
  draft.result = 'queued';
  if (!told) return;
  draft.tell(
    change,
    { kind: 'queued', message: 'waits behind the write that is in flight' },
    { status: syncStatus.pending },
  );
}

/** Decides what waits, oldest first, for as long as nothing is in flight. */
export function takeWaiting(draft: Draft): void {
  // At most one change of each side waits, and one of the CRM that was written over may be taken up behind them.
  for (let round = 0; round < 3 && isResting(draft.state.current); round += 1) {
    const next = nextWaiting(draft);
    if (next === undefined) return;
    draft.state.waiting = without(draft.state.waiting, next.side);
    const { result } = draft;
    take(draft, next);
    draft.result = result;
  }
}

// One whose stream is off would only be held: it stays behind what is still under way.
function nextWaiting(draft: Draft): Change | undefined {
  const { waiting, current } = draft.state;
  const ready = [waiting.crm, waiting.erp]
    .filter((change) => change !== undefined)
    .filter(({ side }) => current === null || draft.streamOutOf(side)?.enabled !== false)
    .filter(({ isBehind }) => isBehind !== true || !hasUnwritten(draft));
  return ready.reduce<Change | undefined>(
    (first, change) => (first === undefined || change.arrivedAt < first.arrivedAt ? change : first),
    undefined,
  );
}

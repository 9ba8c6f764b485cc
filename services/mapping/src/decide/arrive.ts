import { otherSide, syncStatus } from '@syncline/contract';
import type { Change, Current, Phase } from '../pair.ts';
import { adoptLate } from './confirm.ts';
import type { Draft } from './draft.ts';
import { without } from './sides.ts';
import { compareOrder, keepOrder } from './source-order.ts';
import { take } from './take.ts';

/** While `current` is in one of these phases a newer change waits; in all others it takes its place. */
const busyPhases: readonly Phase[] = ['inFlight', 'unknown', 'person', 'details', 'reread'];

export function isBusy(current: Current | null): boolean {
  return current !== null && busyPhases.includes(current.phase);
}

/** A change comes in: is it newer than what was taken from its side, and does it wait or is it decided now? */
export function arrive(draft: Draft, incoming: Change): void {
  const side = draft.state.sides[incoming.side];
  const newness = compareOrder(side, incoming.order, incoming.eventId);
  if (newness === 'repeat') {
    draft.drop('repeat');
    return;
  }
  draft.setSide(incoming.side, {
    ...keepOrder(side, incoming.order, incoming.eventId),
    // An older ERP record must not lower the mark.
    ...(newness === 'superseded' && incoming.order.kind === 'counter' ? { order: side.order } : {}),
  });
  if (newness === 'superseded') {
    const late: Change = { ...incoming, syncId: draft.nextSyncId() };
    draft.supersede(late, 'A newer state of this record was taken before.');
    draft.result = 'superseded';
    return;
  }
  if (isSameAsPending(draft, incoming)) {
    draft.drop('unchanged');
    return;
  }
  // An event that our own create caused tells the id before the CRM's answer does.
  if (side.id === '' && isOurs(draft, incoming)) adoptLate(draft, incoming.side, incoming.dataId);
  const change = accept(draft, incoming, newness === 'newer-clock-set-back');
  if (isBusy(draft.state.current)) wait(draft, change);
  else take(draft, change);
}

// Compared with what waits, else with what is in flight or put off (design, "Unchanged is not written").
function isSameAsPending(draft: Draft, incoming: Change): boolean {
  const { waiting, current } = draft.state;
  if (incoming.forced || incoming.fingerprint === '') return false;
  if (waiting[otherSide(incoming.side)] !== undefined) return false;
  const pending =
    waiting[incoming.side] ?? (current?.change.side === incoming.side ? current.change : undefined);
  return pending?.fingerprint === incoming.fingerprint;
}

function isOurs(draft: Draft, incoming: Change): boolean {
  return (
    incoming.causedBy !== '' && draft.state.ownWrites.some(({ writeId }) => writeId === incoming.causedBy)
  );
}

function accept(draft: Draft, incoming: Change, clockSetBack: boolean): Change {
  if (incoming.side === 'crm' && !isOurs(draft, incoming)) draft.state.crmMoves += 1;
  const note = clockSetBack ? "The CRM's clock was set back; the event counts as newer." : incoming.note;
  return { ...incoming, syncId: incoming.syncId === '' ? draft.nextSyncId() : incoming.syncId, note };
}

function wait(draft: Draft, arrived: Change): void {
  const change: Change = { ...arrived, told: true };
  const earlier = draft.state.waiting[change.side];
  if (earlier !== undefined) draft.supersede(earlier, 'A newer change arrived while it waited.');
  draft.state.waiting = { ...draft.state.waiting, [change.side]: change };
  draft.tell(
    change,
    { kind: 'queued', message: 'waits behind the write that is in flight' },
    { status: syncStatus.pending },
  );
  draft.result = 'queued';
}

/** Decides what waits, oldest first, for as long as nothing is in flight. */
export function takeWaiting(draft: Draft): void {
  // At most one change of each side waits, so two rounds empty it.
  for (let round = 0; round < 2 && !isBusy(draft.state.current); round += 1) {
    const { crm, erp } = draft.state.waiting;
    const next = erp === undefined || (crm !== undefined && crm.arrivedAt <= erp.arrivedAt) ? crm : erp;
    if (next === undefined) return;
    draft.state.waiting = without(draft.state.waiting, next.side);
    const { result } = draft;
    take(draft, next);
    draft.result = result;
  }
}

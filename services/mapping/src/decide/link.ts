import { mappingStatus, otherSide, syncStatus, type Side } from '@syncline/contract';
import type { Change } from '../change.ts';
import { isResting, type Current, type Phase } from '../current.ts';
import { newSide } from '../pair.ts';
import { claim } from './confirm.ts';
import type { Draft } from './draft.ts';
import type { Link } from './facts.ts';
import type { Sent } from './person.ts';
import { proceed } from './proceed.ts';
import { without } from './sides.ts';
import { settleCreate } from './unknown.ts';

/**
 * A person or a script says which two records belong together (spec 5; contract 5). Creating what is there already
 * changes nothing; another id, or a create that is under way, is a conflict; in state 5 or 10 it settles the record.
 */
export function link(draft: Draft, wanted: Link): void {
  const destSide = otherSide(wanted.sourceSide);
  const there = draft.state.sides[destSide].id;
  const conflict = whyNot(draft, wanted, there);
  if (conflict !== null) {
    draft.reply = { ok: false, ...conflict };
    draft.drop(`link-${conflict.why}`);
    return;
  }
  const settles = openCreateTowards(draft.state.current, destSide);
  const isNew = there !== wanted.destId || settles !== null;
  draft.reply = { ok: true, changed: isNew || wanted.mode === 'update' };
  if (there !== wanted.destId) establish(draft, wanted, settles === null);
  else if (wanted.mode === 'update') describe(draft, wanted);
  draft.result = isNew ? 'linked' : 'linked-already';
  if (settles !== null) settle(draft, settles, wanted);
}

const underWay: readonly (Phase | undefined)[] = ['inFlight', 'unknown', 'details'];

function conflict(message: string): Conflict {
  return { why: 'conflict', message };
}

type Conflict = { why: 'conflict' | 'notFound'; message: string };

function whyNot(draft: Draft, { mode, sourceSide, sourceId, destId }: Link, there: string): Conflict | null {
  const destSide = otherSide(sourceSide);
  if (mode === 'update' && draft.state.version === 0)
    return { why: 'notFound', message: `no mapping of ${sourceId} exists; create it first` };
  if (there === destId) return null;
  if (mode === 'create' && there !== '')
    return conflict(`${sourceId} is mapped to ${there}; update the mapping to change that`);
  // The row is found by the id that it began with.
  if (there !== '' && draft.state.beganOn === destSide)
    return conflict(`the mapping began with ${there}; update it with that one as the source`);
  if (underWay.includes(draft.state.current?.phase))
    return conflict(`a write of ${sourceId} is under way; try again when it is done`);
  if (claim(draft, destSide, destId) !== null) return conflict(`${destId} is mapped to another record`);
  return null;
}

/** A write whose end nobody knows and that is not under way: a person says now what became of it. */
function openCreateTowards(current: Current | null, side: Side): Sent | null {
  if (current?.phase !== 'person' && current?.phase !== 'resend') return null;
  return current.write.to === side ? current : null;
}

function describe(draft: Draft, wanted: Link): void {
  if (wanted.sourceName !== undefined) draft.setSide(wanted.sourceSide, { name: wanted.sourceName });
  if (wanted.destName !== undefined) draft.setSide(otherSide(wanted.sourceSide), { name: wanted.destName });
  if (wanted.remark !== undefined) draft.state.remark = wanted.remark;
}

function establish(draft: Draft, wanted: Link, goesOn: boolean): void {
  const { state } = draft;
  const destSide = otherSide(wanted.sourceSide);
  draft.setSide(wanted.sourceSide, { id: wanted.sourceId, confirmed: '', knownRevision: '' });
  leaveRecord(draft, destSide);
  // What was known of another record says nothing about this one.
  draft.setSide(destSide, newSide(wanted.destId));
  describe(draft, wanted);
  state.details = {};
  if (state.status === mappingStatus.reserved) state.status = mappingStatus.inForce;
  if (!goesOn) return;
  state.lastSyncStatus = syncStatus.success;
  settleFailures(draft, wanted);
  // What waited to create it goes on as an update.
  if (state.current !== null && isResting(state.current)) proceed(draft, state.current.change);
}

/** Changes of the record that was mapped before belong to this pair no more. */
function leaveRecord(draft: Draft, side: Side): void {
  const { state } = draft;
  const leave = (change: Change) => {
    draft.supersede(change, 'The mapping leads to another record now.');
  };
  const { current } = state;
  if (current?.change.side === side) {
    leave(current.change);
    draft.setCurrent(current.phase === 'reread' ? current.aside : null);
  }
  const waiting = state.waiting[side];
  if (waiting !== undefined) leave(waiting);
  state.waiting = without(state.waiting, side);
  state.failed = without(state.failed, side);
  state.overtaken = without(state.overtaken, side);
}

function settle(draft: Draft, sent: Sent, { sourceSide, destId }: Link): void {
  const destSide = otherSide(sourceSide);
  settleCreate(draft, sent, destId);
  // It may be another record than the one that was written: nothing is taken for known of it, and it gets the values.
  draft.setSide(destSide, { known: null });
  draft.setSide(sourceSide, { confirmed: '' });
  const { waiting } = draft.state;
  const note = 'sent to the record that a person named';
  const follow = waiting[sourceSide] ?? { ...sent.change, syncId: draft.nextSyncId(), told: false, note };
  draft.state.waiting = { ...waiting, [sourceSide]: { ...follow, forced: true } };
}

function settleFailures(draft: Draft, wanted: Link): void {
  for (const syncId of draft.state.unresolved) {
    draft.tellOlder(syncId, `settled: mapped to ${wanted.destId}`, { resolvedBy: 'mapping' });
  }
  draft.state.unresolved = [];
  draft.state.failed = {};
}

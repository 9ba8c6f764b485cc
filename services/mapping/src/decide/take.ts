import { mappingStatus, syncStatus } from '@syncline/contract';
import type { Change, Write, WriteOperation } from '../pair.ts';
import { resolveFailures } from './confirm.ts';
import type { Draft } from './draft.ts';
import type { Reading } from './facts.ts';
import { Needs } from './facts.ts';
import { afterSnapshot, changesNothing, saysNothingNew } from './known.ts';
import { crossesTooOften, noteCrossing } from './loop-guard.ts';
import { park, hold, reread, waitForOpenCreates } from './postpone.ts';
import { prepareWrite, putInFlight } from './send.ts';
import { without } from './sides.ts';

/**
 * Decides a change when nothing is in flight: is it news, does it belong here, may it go, and as what?
 * @param how.readAgain the change is the ERP record as it was read again
 */
export function take(draft: Draft, change: Change, how: { readAgain: boolean } = { readAgain: false }): void {
  const reading = draft.reading(change);
  if (!how.readAgain && mayBeOlderThanOurWrite(draft, change, reading)) {
    setAside(draft, change);
    reread(draft, { ...change, told: true });
    return;
  }
  if (how.readAgain) draft.setSide('erp', { unsettled: false });
  const stream = draft.streamOutOf(change.side);
  const news = stream === null ? 'no-stream' : whyNoNews(draft, change, reading);
  if (news !== null) {
    noteSnapshot(draft, change, reading);
    if (news === 'unchanged') draft.setSide(change.side, { confirmed: change.fingerprint });
    if (draft.state.current?.change.syncId === change.syncId) draft.setCurrent(null);
    draft.dropChange(change, news);
    return;
  }
  const replaced = draft.state.current;
  if (replaced !== null && replaced.change.syncId !== change.syncId) {
    draft.supersede(replaced.change, 'A newer change arrived before this one was written.');
    draft.setCurrent(null);
  }
  noteSnapshot(draft, change, reading);
  tellArrival(draft, change);
  proceed(draft, { ...change, told: true });
}

const arrivedBy: Record<Change['via'], string> = {
  user: 'changed by a user in the CRM',
  integration: 'changed by an integration in the CRM',
  push: 'pushed by the ERP',
  poll: 'polled from the ERP',
  fetch: 'read from the ERP',
};

function tellArrival(draft: Draft, change: Change): void {
  const note = change.note === '' ? '' : `; ${change.note}`;
  draft.tell(
    change,
    { kind: 'arrived', message: `${arrivedBy[change.via]}${note}`, body: change.body },
    { status: syncStatus.pending },
  );
}

// The ERP read or sent this before our last write there was known to be done, and it does not show that write: it may
// be the state from before (design, "One write in flight per pair").
function mayBeOlderThanOurWrite(draft: Draft, change: Change, reading: Reading): boolean {
  if (change.order.kind !== 'counter' || change.operation !== 'upsert') return false;
  const side = draft.state.sides.erp;
  if (!side.unsettled && (side.writtenOrder === 0 || change.order.number > side.writtenOrder)) return false;
  return side.known !== null && !saysNothingNew(side.known, reading.source);
}

// What the other side's change was waiting for comes after the reading, as a sync of its own.
function setAside(draft: Draft, change: Change): void {
  const { current, waiting } = draft.state;
  if (current === null || current.change.syncId === change.syncId) return;
  draft.supersede(current.change, 'Taken up again when the ERP record has been read.');
  const { side } = current.change;
  if (side === change.side || waiting[side] !== undefined) return;
  const again: Change = { ...current.change, syncId: draft.nextSyncId(), told: false };
  draft.state.waiting = { ...waiting, [side]: again };
}

function whyNoNews(draft: Draft, change: Change, reading: Reading): string | null {
  const { state } = draft;
  if (change.forced || change.operation !== 'upsert') return null;
  if (state.status === mappingStatus.voided) return null;
  const side = state.sides[change.side];
  if (change.fingerprint === side.confirmed) return 'unchanged';
  if (state.failed[change.side] !== undefined || !draft.isCreated) return null;
  const sameConfig = side.knownRevision === draft.streamOutOf(change.side)?.configRevision;
  if (sameConfig && saysNothingNew(side.known, reading.source)) return 'unchanged';
  return causedByUs(draft, change) ? 'repeat' : null;
}

// A `causedBy` that names our own write is a repeat, unless somebody else changed the record since that write was put
// in flight, or an older change of the CRM went to the ERP since: then only this snapshot brings the two into step.
function causedByUs(draft: Draft, change: Change): boolean {
  const own = draft.state.ownWrites.find((write) => write.writeId === change.causedBy);
  return own?.crmMoves === draft.state.crmMoves;
}

function noteSnapshot(draft: Draft, change: Change, reading: Reading): void {
  if (change.operation === 'void') return;
  const side = draft.state.sides[change.side];
  draft.setSide(change.side, {
    known: afterSnapshot(side.known, reading.source),
    knownRevision: draft.streamOutOf(change.side)?.configRevision ?? '',
    name: reading.name === '' ? side.name : reading.name,
  });
}

/** Goes on with a change that is news: now, or when what stopped it before may have gone. */
export function proceed(draft: Draft, change: Change): void {
  const stream = draft.streamOutOf(change.side);
  if (stream === null) {
    draft.setCurrent(null);
    draft.skip(change, 'stream-gone', 'The stream that this change belonged to is no longer configured.');
    return;
  }
  if (!stream.enabled) {
    hold(draft, change, stream.id);
    return;
  }
  if (draft.counterpartOf(change.side) === '' && !mayBegin(draft, change)) return;
  const operation = operationFor(draft, change);
  if (operation === null) return;
  if (!isTriggered(stream.triggers, operation)) {
    draft.setCurrent(null);
    draft.skip(
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
    draft.effects.push({ kind: 'forward', rowId: owner, change });
    draft.supersede(change, 'It is the counterpart of a record that is known already; decided there.');
    draft.result = 'forwarded';
    return false;
  }
  return !waitForOpenCreates(draft, change, openCreates);
}

function operationFor(draft: Draft, change: Change): WriteOperation | null {
  const { state } = draft;
  const known = draft.counterpartOf(change.side) !== '';
  if (change.operation === 'void') {
    const done = state.status === mappingStatus.voided;
    if (known && !done) return 'void';
    state.status = mappingStatus.voided;
    draft.setCurrent(null);
    draft.skip(
      change,
      'voided',
      done ? 'It is voided already.' : 'Voided before it was created on the other side.',
    );
    return null;
  }
  if (state.status !== mappingStatus.voided) return known ? 'update' : 'create';
  if (change.operation !== 'recover' && change.via !== 'push' && change.via !== 'user') {
    draft.setCurrent(null);
    draft.skip(
      change,
      'voided',
      'The pair is voided: only a recover, a push or a change by a user ends that.',
    );
    return null;
  }
  return known ? 'recover' : 'create';
}

const triggersOf: Record<WriteOperation, readonly string[]> = {
  create: ['create'],
  update: ['update'],
  void: ['invalid', 'delete'],
  // What a stream may void it may also take back.
  recover: ['recover', 'invalid', 'delete'],
};

function isTriggered(triggers: readonly string[], operation: WriteOperation): boolean {
  return triggersOf[operation].some((trigger) => triggers.includes(trigger));
}

const emptyMapping = {
  kind: 'ok' as const,
  record: { master: {}, details: {} },
  values: {},
  rows: {},
  match: [],
  owes: [],
};

function write(draft: Draft, change: Change, operation: WriteOperation): void {
  const { mapped } = draft.reading(change);
  // A void needs only the id: what does not map any more can still be voided.
  const usable = mapped.kind === 'ok' ? mapped : operation === 'void' ? emptyMapping : null;
  if (usable === null) {
    refuse(draft, change, operation, mapped);
    return;
  }
  const { write: prepared, leftOut } = prepareWrite(draft, change, operation, usable);
  if (isEcho(draft, change, prepared)) {
    endEcho(draft, change);
    return;
  }
  if (crossesTooOften(draft, change.side)) {
    draft.fail(change, operation, crossesTooOften.failure, 0);
    return;
  }
  noteCrossing(draft, change.side);
  if (leftOut > 0) {
    const message = `${String(leftOut)} detail rows are not sent: the other side never told their ids.`;
    draft.tell(change, { kind: 'note', message });
  }
  const { attempts, sends } = draft.state.current ?? { attempts: 0, sends: 0 };
  putInFlight(draft, change, prepared, { attempts, sends });
}

function isEcho(draft: Draft, change: Change, { to, operation, values, rows }: Write): boolean {
  if (operation !== 'update' || change.forced) return false;
  return changesNothing(draft.state.sides[to].known, values, rows);
}

// Both sides hold the same already: whatever failed of this side before is settled by that.
function endEcho(draft: Draft, change: Change): void {
  const { state } = draft;
  draft.setCurrent(null);
  draft.setSide(change.side, { confirmed: change.fingerprint });
  state.failed = without(state.failed, change.side);
  resolveFailures(draft, change);
  state.lastSyncStatus = syncStatus.success;
  draft.skip(change, 'echo', 'The other side holds these values already.');
}

function refuse(draft: Draft, change: Change, operation: WriteOperation, mapped: Reading['mapped']): void {
  switch (mapped.kind) {
    case 'filtered':
      draft.setCurrent(null);
      draft.skip(change, 'filtered', "The stream's filter does not take this record.");
      return;
    case 'waits':
      park(draft, change, mapped.keys);
      return;
    case 'failed':
      draft.fail(change, operation, mapped.failure, draft.state.current?.attempts ?? 0);
      return;
    case 'ok':
    case 'none':
      draft.setCurrent(null);
      draft.skip(change, 'stream-gone', 'No stream leads to the other side.');
  }
}

import { mappingStatus } from '@syncline/contract';
import { counted, type Change } from '../change.ts';
import type { Draft } from './draft.ts';
import { reread } from './postpone.ts';
import { comesAfter } from './source-order.ts';

/**
 * The CRM shows a write of ours that a later one of ours has followed: the event of that one tells what it holds now, and
 * what this one holds may be older than what the ERP's people have written since.
 */
export function isFollowedByOurs({ state }: Draft, { operation, causedBy, forced }: Change): boolean {
  if (operation !== 'upsert' || forced) return false;
  const at = state.ownWrites.findIndex(({ writeId }) => writeId === causedBy);
  return at >= 0 && at < state.ownWrites.length - 1;
}

/**
 * The CRM shows a write of ours behind a change of its people that has not been decided: the write was made without
 * knowing of it. What people wrote goes on, and what we wrote gives way.
 */
export function givesWay({ state }: Draft, earlier: Change | undefined, incoming: Change): boolean {
  const isOurs = ({ causedBy }: Change): boolean =>
    state.ownWrites.some(({ writeId }) => writeId === causedBy);
  if (earlier === undefined || incoming.side !== 'crm' || incoming.operation !== 'upsert') return false;
  return earlier.operation === 'upsert' && !isOurs(earlier) && isOurs(incoming);
}

/**
 * The CRM shows our last write, which was made without knowing of a change there that has gone to the ERP since: it has
 * overwritten that change in the CRM. What it wrote came from the ERP and is older than what the ERP holds now.
 */
export function hasOverwritten({ state, facts }: Draft, { side, causedBy, forced }: Change): boolean {
  const own = state.ownWrites.at(-1);
  if (side !== 'crm' || forced || own?.writeId !== causedBy || facts.toCrm?.enabled !== true) return false;
  return own.crmMoves !== state.crmMoves && state.status === mappingStatus.inForce;
}

/** Brings what the ERP holds back to the CRM. If the ERP cannot be asked, the CRM's state goes to the ERP after all. */
export function bringBack(draft: Draft, change: Change): void {
  const { state, now } = draft;
  draft.setCurrent({
    phase: 'retry',
    change: { ...change, forced: true },
    attempts: 0,
    sends: 0,
    since: now,
    doubtSince: null,
    dueAt: now,
  });
  reread(draft, {
    ...counted(change),
    syncId: draft.nextSyncId(),
    side: 'erp',
    dataId: state.sides.erp.id,
    operation: 'upsert',
    via: 'fetch',
    order: { kind: 'counter', number: state.sides.erp.writtenOrder },
    eventId: '',
    causedBy: '',
    // It holds nothing until it has been read.
    fingerprint: '',
    forced: true,
    endsVoid: false,
    replaces: false,
    isStale: true,
    told: true,
    note: 'our write had overwritten a change of the CRM, which the ERP has',
  });
}

/** What people wrote has reached the ERP: now what we wrote over it in the CRM is looked at. */
export function takeUpOverwritten(draft: Draft, { side, order }: Change): void {
  const { overtaken, ownWrites, waiting } = draft.state;
  const later = overtaken.crm;
  if (side !== 'crm' || later === undefined || waiting.crm !== undefined) return;
  if (ownWrites.at(-1)?.writeId !== later.causedBy || !comesAfter(later.order, order)) return;
  draft.state.waiting = { ...waiting, crm: { ...later, syncId: draft.nextSyncId(), told: false } };
}

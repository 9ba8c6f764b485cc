import type { Pointer, Store } from '@syncline/store';
import { openCreateKey } from './decide/postpone.ts';
import type { WaitKey } from './current.ts';
import { pairDigest, type PairKey, type PairState } from './pair.ts';
import { matchText } from './read-change.ts';

/**
 * What a state wants to be found by, outside its row: its due time, what it waits for, its open create, its stream when
 * that is off. All of it follows from the state, so a repeat changes nothing and a crash leaves nothing wrong for long.
 */
export interface SideDocuments {
  dueAt: number | null;
  waits: string[];
  openCreate: { scope: string; match: string | null; openedAt: number } | null;
  heldFor: string | null;
}

/** Where creates towards one side of a pair of objects are listed. */
export function openCreateScope(pair: PairKey, towards: string): string {
  return JSON.stringify([pair.tenantId, pair.dataCenterId, pair.crmObject, pair.erpObject, towards]);
}

export function sideDocumentsOf(state: PairState): SideDocuments {
  const { current } = state;
  if (current === null) return { dueAt: null, waits: [], openCreate: null, heldFor: null };
  const keys: readonly WaitKey[] =
    current.phase === 'parked' || current.phase === 'openWait' ? current.keys : [];
  return {
    dueAt: current.dueAt,
    waits: keys.map(({ key }) => key),
    openCreate: openCreateOf(state),
    heldFor: current.phase === 'held' ? current.streamId : null,
  };
}

/** Is a create of this row in the ERP open? */
export function isCreatingInErp(state: PairState): boolean {
  return openCreateOf(state)?.scope === openCreateScope(state, 'erp');
}

function openCreateOf(state: PairState): SideDocuments['openCreate'] {
  const { current } = state;
  if (current === null || !('write' in current) || current.write.operation !== 'create') return null;
  const match = matchText(current.write.match.map(({ value }) => value));
  // One that waits for a person would hold back every new record that nothing tells apart from it.
  if (current.phase === 'person' && match === null) return null;
  return {
    scope: openCreateScope(state, current.write.to),
    match,
    openedAt: current.doubtSince ?? current.since,
  };
}

export interface Changed {
  before: PairState | null;
  after: PairState;
  /** what moved it will not come again by itself: until its effects are produced, it is due soon */
  unrepeatable: boolean;
  /** what this batch stated for the row before another writer took it: it may stand in place of the other's */
  stated: readonly SideDocuments[];
}

const unfinishedMs = 15_000;

/** Before the rows: everything that a wake-up needs, so that none is lost (design, "References wait"). */
export async function addSideDocuments(
  store: Store,
  changed: readonly Changed[],
  now: number,
): Promise<void> {
  const all = changed.map((it) => ({
    ...it,
    id: it.after.id,
    version: it.after.version,
    now: sideDocumentsOf(it.after),
  }));
  const due = all.flatMap(({ id, version, now: wanted, unrepeatable, after }) => {
    const unfinished = unrepeatable && after.outbox.length > 0 ? now + unfinishedMs : null;
    const at = earliest(wanted.dueAt, unfinished);
    return at === null ? [] : [{ rowId: id, at, version }];
  });
  const waits = all.flatMap(({ id, now: wanted }) => wanted.waits.map((key) => ({ key, rowId: id })));
  const creates = all.flatMap(({ id, version, now: wanted }) =>
    wanted.openCreate === null ? [] : [{ rowId: id, version, ...wanted.openCreate }],
  );
  const held = all.flatMap(({ id, version, now: wanted }) =>
    wanted.heldFor === null ? [] : [{ rowId: id, version, streamId: wanted.heldFor }],
  );
  await Promise.all([
    due.length > 0 && store.due.set(due),
    waits.length > 0 && store.waits.add(waits),
    creates.length > 0 && store.openCreates.add(creates),
    held.length > 0 && store.held.add(held),
  ]);
}

/** After the effects: what the new state does not want any more. */
export async function removeSideDocuments(store: Store, changed: readonly Changed[]): Promise<void> {
  const all = changed.map(({ before, after, unrepeatable, stated }) => ({
    ref: { rowId: after.id, version: after.version },
    was: [...(before === null ? [] : [sideDocumentsOf(before)]), ...stated],
    is: sideDocumentsOf(after),
    unrepeatable,
  }));
  const dueAgain = all.flatMap(({ ref, is, unrepeatable }) =>
    unrepeatable && is.dueAt !== null ? [{ ...ref, at: is.dueAt }] : [],
  );
  const notDue = all.filter(
    ({ was, is, unrepeatable }) =>
      is.dueAt === null && (unrepeatable || was.some(({ dueAt }) => dueAt !== null)),
  );
  const waits = all.flatMap(({ ref, was, is }) =>
    [...new Set(was.flatMap((one) => one.waits))]
      .filter((key) => !is.waits.includes(key))
      .map((key) => ({ key, rowId: ref.rowId })),
  );
  const creates = all.filter(
    ({ was, is }) => is.openCreate === null && was.some(({ openCreate }) => openCreate !== null),
  );
  const held = all.filter(
    ({ was, is }) => is.heldFor === null && was.some(({ heldFor }) => heldFor !== null),
  );
  const left = changed.flatMap(pointersLeft);
  await Promise.all([
    dueAgain.length > 0 && store.due.set(dueAgain),
    notDue.length > 0 && store.due.clear(notDue.map(({ ref }) => ref)),
    waits.length > 0 && store.waits.remove(waits),
    creates.length > 0 && store.openCreates.remove(creates.map(({ ref }) => ref)),
    held.length > 0 && store.held.remove(held.map(({ ref }) => ref)),
    left.length > 0 && store.pointers.release(left),
  ]);
}

/** Pointers of records that the mapping leads to no more. */
function pointersLeft({ before, after }: Changed): Pointer[] {
  if (before === null) return [];
  return (['crm', 'erp'] as const)
    .filter((side) => before.sides[side].id !== '' && before.sides[side].id !== after.sides[side].id)
    .map((side) => ({ id: pairDigest(before, side, before.sides[side].id), rowId: after.id }));
}

/**
 * The keys whose waiters have something to look at now: a counterpart that became known, a create that ended, a record
 * that waits itself, which may close a cycle.
 */
export function wakeKeys({ before, after }: Pick<Changed, 'before' | 'after'>): string[] {
  const isNewlyCreated = isCreated(after) && (before === null || !isCreated(before));
  const isNewlyParked = after.current?.phase === 'parked' && before?.current?.phase !== 'parked';
  const keys = isNewlyCreated || isNewlyParked ? keysOf(after) : [];
  const ended = before !== null && openCreateOf(before) !== null && openCreateOf(after) === null;
  return ended ? [...keys, openCreateKey(after.id)] : keys;
}

function isCreated({ sides }: PairState): boolean {
  return sides.crm.id !== '' && sides.erp.id !== '';
}

/** The keys under which others wait for this record. */
function keysOf(state: PairState): string[] {
  return (['crm', 'erp'] as const)
    .filter((side) => state.sides[side].id !== '')
    .map((side) => pairDigest(state, side, state.sides[side].id));
}

function earliest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}

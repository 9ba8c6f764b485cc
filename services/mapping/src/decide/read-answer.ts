import { syncStatus, type ErpWriteOutcome, type RecordData, type SyncStatus } from '@syncline/contract';
import { fingerprintOf, type Change } from '../change.ts';
import type { CurrentOf, Resting } from '../current.ts';
import type { Draft } from './draft.ts';
import { reread } from './postpone.ts';
import { without } from './sides.ts';
import { take } from './take.ts';

/** How often an ERP that fails is asked, some 20 minutes, before the snapshot that came is used. */
const mostFailedRereads = 8;
const firstPauseMs = 10_000;
const longestPauseMs = 10 * 60_000;

/** The ERP was asked for its record again: decide that snapshot, or the one that came if it cannot be had. */
export function resumeReread(draft: Draft, current: CurrentOf<'reread'>, outcome: ErpWriteOutcome): void {
  decideAnswer(draft, current, outcome);
  const { aside } = current;
  if (aside !== null && draft.state.current === aside) draft.show(statusAtRest[aside.phase], aside.change);
}

/** What is shown of a sync that rests. */
const statusAtRest: Record<Resting['phase'], SyncStatus> = {
  retry: syncStatus.retrying,
  parked: syncStatus.waiting,
  openWait: syncStatus.waiting,
  held: syncStatus.held,
};

function decideAnswer(draft: Draft, current: CurrentOf<'reread'>, outcome: ErpWriteOutcome): void {
  const { change, aside } = current;
  if (outcome.kind === 'read' && outcome.record !== null) {
    draft.setSide('erp', { unsettled: false });
    decideSnapshot(draft, current, outcome.record, outcome.order);
  } else if (outcome.kind === 'read') {
    draft.setCurrent(aside);
    draft.settleSide(change);
    draft.skip(
      change,
      'gone',
      'The ERP has this record no more; nothing is written. Push a void to void its counterpart.',
    );
  } else if (isLater(current, outcome)) {
    askLater(draft, current, outcome);
  } else if (change.fingerprint === '') {
    draft.setCurrent(aside);
    draft.skip(change, 'cannot-ask', 'The ERP cannot be asked for the record.');
  } else {
    draft.tell(change, {
      kind: 'note',
      message: 'The ERP cannot be asked for the record: the snapshot that came is decided.',
    });
    draft.setCurrent(aside);
    take(draft, change, { readAgain: true });
  }
}

// A question that was not put, because of the breaker or the pace, is not a failed one.
function isLater({ attempts }: CurrentOf<'reread'>, outcome: ErpWriteOutcome): boolean {
  return outcome.kind === 'deferred' || (outcome.kind === 'transient' && attempts + 1 < mostFailedRereads);
}

function askLater(draft: Draft, current: CurrentOf<'reread'>, outcome: ErpWriteOutcome): void {
  const attempts = current.attempts + (outcome.kind === 'transient' ? 1 : 0);
  const askedMs = 'retryAfterMs' in outcome ? (outcome.retryAfterMs ?? 0) : 0;
  const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** current.attempts);
  draft.setCurrent({ ...current, attempts, dueAt: draft.now + Math.max(askedMs, pauseMs) });
  draft.result = 'reread-later';
}

/** Asks again when the time for it has come. */
export function askAgain(draft: Draft, current: CurrentOf<'reread'>): void {
  reread(draft, current.change);
}

/** Was it taken from the ERP at or after this counter number? */
export function isAsNew({ order }: Change, number: number): boolean {
  return order.kind === 'counter' && order.number >= number;
}

function freshOf({ state, facts }: Draft, change: Change, record: RecordData, order: number): Change {
  return {
    ...change,
    // What was read does not show whether the record is voided; what it takes the place of may have said so.
    endsVoid: change.endsVoid || state.waiting.erp?.endsVoid === true,
    order: { kind: 'counter', number: order },
    fingerprint: fingerprintOf('upsert', record, facts.toCrm?.configRevision ?? ''),
    body: { record },
    isStale: false,
  };
}

function decideSnapshot(
  draft: Draft,
  { change, aside }: CurrentOf<'reread'>,
  record: RecordData,
  order: number,
): void {
  draft.setCurrent(aside);
  const newer = draft.state.waiting.erp;
  const fresh = freshOf(draft, change, record, order);
  if (newer !== undefined && (newer.operation !== 'upsert' || isAsNew(newer, order))) {
    draft.supersede(change, 'A newer state of this record has arrived since.');
    draft.keepOwed(fresh, newer);
    if (change.forced) draft.state.waiting = { ...draft.state.waiting, erp: { ...newer, forced: true } };
    return;
  }
  if (newer !== undefined) {
    draft.supersede(newer, 'A newer state of this record was read from the ERP.');
    draft.state.waiting = without(draft.state.waiting, 'erp');
  }
  const last = draft.state.sides.erp.order;
  if (last?.kind !== 'counter' || last.number < order) draft.setSide('erp', { order: fresh.order });
  take(draft, fresh, { readAgain: true });
}

import { syncStatus, type ErpWriteOutcome, type Failure } from '@syncline/contract';
import type { CurrentOf } from '../current.ts';
import { claim, confirm } from './confirm.ts';
import { addedRows } from './details.ts';
import type { Draft } from './draft.ts';
import { lookUpDetails } from './look-up-details.ts';
import { failedTransiently, putOffInDoubt } from './outcomes.ts';
import { needsPerson, ownedByAnother, type Sent } from './person.ts';
import { putInFlight } from './send.ts';

/** Pauses between questions about an unanswered write; the last one repeats. */
const askDelaysMs = [1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 300_000];
/** An answer to a question is waited for at least this long. */
const answerMs = 15_000;
/** After this many questions without a clear answer it counts as one that cannot be asked about. */
const mostAsks = 40;

type Unanswered = Extract<ErpWriteOutcome, { kind: 'unknown' }>;

/** The write may or may not have happened: ask, before anything is sent again (design, "A create is guarded"). */
export function becomeUnknown(draft: Draft, current: CurrentOf<'inFlight'>, outcome: Unanswered): void {
  const { change, write, attempts, sends, since } = current;
  const failure: Failure = { class: 'unknown', code: outcome.code, message: outcome.message };
  const { attemptedTo, askAfter } = outcome;
  // An earlier attempt whose end nobody knows may have made the record just as well.
  const attemptedFrom = Math.min(current.doubtSince ?? Infinity, outcome.attemptedFrom);
  const kept = { change, write, attempts, sends, since, doubtSince: attemptedFrom };
  if (!canAsk(draft, current)) {
    cannotAsk(draft, { ...current, ...kept }, failure);
    return;
  }
  const dueAt = Math.max(draft.now + pauseMs(0), askAfter ?? 0);
  draft.setCurrent({ phase: 'unknown', ...kept, attemptedFrom, attemptedTo, asks: 0, failure, dueAt });
  draft.show(syncStatus.inFlight, change);
  draft.tell(change, {
    kind: 'unknown',
    message: `${outcome.message} The ERP will be asked whether it has the record.`,
  });
  draft.result = 'unknown';
}

/** The same attempt is reported unanswered once more, perhaps with a later end. */
export function stayUnknown(draft: Draft, current: CurrentOf<'unknown'>, outcome: Unanswered): void {
  const attemptedTo = Math.max(current.attemptedTo, outcome.attemptedTo);
  draft.setCurrent({ ...current, attemptedTo });
  draft.drop('stale-result');
}

// A create by its match values, an update or a recover by reading the record. Whether it is voided, no reading tells.
function canAsk(draft: Draft, { change, write }: Sent): boolean {
  const stream = draft.streamOutOf(change.side);
  if (write.operation === 'create') return stream?.canFind === true && isTellable(write.match);
  if (write.operation === 'void') return false;
  // New rows are told by their ids alone.
  return (stream?.details ?? []).every(
    ({ dest, destIdField }) => destIdField !== '' || addedRows({ [dest]: write.rows[dest] ?? [] }) === 0,
  );
}

function isTellable(match: { value: string }[]): boolean {
  return match.length > 0 && match.every(({ value }) => value !== '');
}

/**
 * What cannot be asked about: sent again if that is harmless, as it is for all that neither makes a record nor adds rows;
 * else as `onUnknownCreate` says.
 */
function cannotAsk(draft: Draft, current: Sent, failure: Failure): void {
  const { write, change } = current;
  const isHarmless = write.operation !== 'create' && addedRows(write.rows) === 0;
  if (isHarmless) failedTransiently(draft, current, failure);
  else if (draft.streamOutOf(change.side)?.onUnknownCreate === 'resend')
    putOffInDoubt(draft, current, failure);
  else needsPerson(draft, current, [], failure);
}

/** It is sent once more under the same id, so that an ERP that honours `Idempotency-Key` does not do it twice. */
export function sendAgain(draft: Draft, current: CurrentOf<'resend'>): void {
  const stream = draft.streamOutOf(current.change.side);
  if (stream?.enabled === true)
    putInFlight(draft, current.change, current.write, { ...current, inDoubt: true });
  else draft.setCurrent({ ...current, dueAt: draft.now + pauseMs(askDelaysMs.length) });
}

/** The time has come to ask once more. */
export function ask(draft: Draft, current: CurrentOf<'unknown'>): void {
  if (current.asks >= mostAsks) {
    cannotAsk(draft, current, current.failure);
    return;
  }
  // The question keeps the number of the attempt it is about, so that a late answer to that still counts.
  const asks = current.asks + 1;
  draft.setCurrent({ ...current, asks, dueAt: draft.now + Math.max(pauseMs(asks), answerMs) });
  draft.send(current.write.operation === 'create' ? 'find' : 'read');
  draft.result = 'asked';
}

function pauseMs(asks: number): number {
  return askDelaysMs[Math.min(asks, askDelaysMs.length - 1)] ?? 300_000;
}

/** What the ERP said to the question: none, one or several. */
export function foundCandidates(
  draft: Draft,
  current: CurrentOf<'unknown'>,
  candidates: { dataId: string }[],
): void {
  const ids = [...new Set(candidates.map(({ dataId }) => dataId))];
  const only = ids[0];
  if (only === undefined) {
    foundNothing(draft, current);
  } else if (ids.length > 1) {
    needsPerson(draft, current, ids, {
      ...current.failure,
      code: 'several-found',
      message: 'Several records of the ERP could be the one that was created.',
    });
  } else if (claim(draft, 'erp', only) !== null) {
    ownedByAnother(draft, current, only);
  } else {
    settleCreate(draft, current, only);
  }
}

/** The record that a create made is known: it is adopted, and its detail rows are looked up. */
export function settleCreate(draft: Draft, current: Sent, destId: string): void {
  const { change, write, attempts } = current;
  draft.tell(change, { kind: 'adopted', message: `The other side has it: ${destId}.` });
  const unpaired = addedRows(write.rows);
  if (unpaired > 0 && write.to === 'erp') lookUpDetails(draft, current, destId, 0);
  else
    confirm(draft, change, write, { destId, rows: write.rows, unpaired, order: 0, attempts: attempts + 1 });
}

function foundNothing(draft: Draft, current: CurrentOf<'unknown'>): void {
  const settleMs = draft.streamOutOf(current.change.side)?.createSettleMs ?? 0;
  const settledAt = current.attemptedTo + settleMs;
  if (draft.now < settledAt) {
    const dueAt = Math.max(draft.now + 1, Math.min(draft.now + pauseMs(current.asks), settledAt));
    draft.setCurrent({ ...current, dueAt });
    draft.result = 'not-found-yet';
    return;
  }
  const message = 'Nothing was found in the ERP after the settling time: it is sent again.';
  failedTransiently(draft, current, { code: current.failure.code, message });
}

/** The question itself failed: asked again later, or not at all when the ERP cannot answer it. */
export function askAbout(draft: Draft, current: CurrentOf<'unknown'>, outcome: ErpWriteOutcome): void {
  if (outcome.kind === 'rejected' || outcome.kind === 'broken') {
    cannotAsk(draft, current, current.failure);
    return;
  }
  const retryAfterMs = 'retryAfterMs' in outcome ? (outcome.retryAfterMs ?? 0) : 0;
  // A question that was not put is not counted.
  const asks = outcome.kind === 'deferred' ? current.asks - 1 : current.asks;
  draft.setCurrent({ ...current, asks, dueAt: draft.now + Math.max(pauseMs(current.asks), retryAfterMs) });
  draft.result = 'ask-later';
}

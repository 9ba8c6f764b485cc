import { syncStatus, type ErpWriteOutcome, type Failure } from '@syncline/contract';
import type { CurrentOf } from '../pair.ts';
import { claim, confirm } from './confirm.ts';
import type { Draft } from './draft.ts';
import { lookUpDetails } from './look-up-details.ts';
import { failedTransiently, type Sent } from './outcomes.ts';

/** Pauses between questions about an unanswered write; the last one repeats. */
const askDelaysMs = [1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 300_000];
/** After this many questions without a clear answer a person decides. */
const mostAsks = 40;

/** The write may or may not have happened: ask, before anything is sent again (design, "A create is guarded"). */
export function becomeUnknown(
  draft: Draft,
  current: Sent,
  outcome: Extract<ErpWriteOutcome, { kind: 'unknown' }>,
): void {
  const { change, write, sends, since } = current;
  const failure: Failure = { class: 'unknown', code: outcome.code, message: outcome.message };
  const attempts = current.attempts + 1;
  const stream = draft.streamOutOf(change.side);
  const { attemptedFrom, attemptedTo, askAfter } = outcome;
  const canAsk = write.operation === 'create' ? stream?.canFind === true && isTellable(write.match) : true;
  if (canAsk) {
    draft.setCurrent({
      phase: 'unknown',
      change,
      write,
      attempts,
      sends,
      since,
      attemptedFrom:
        current.phase === 'unknown' ? Math.min(current.attemptedFrom, attemptedFrom) : attemptedFrom,
      attemptedTo,
      asks: 0,
      failure,
      dueAt: Math.max(draft.now + (askDelaysMs[0] ?? 0), askAfter ?? 0),
    });
    draft.show(syncStatus.inFlight, change);
    draft.tell(change, {
      kind: 'unknown',
      message: `${outcome.message} The ERP will be asked whether it has the record.`,
    });
    draft.result = 'unknown';
    return;
  }
  cannotAsk(draft, { ...current, attempts: current.attempts }, failure);
}

function isTellable(match: { value: string }[]): boolean {
  return match.length > 0 && match.every(({ value }) => value !== '');
}

function cannotAsk(draft: Draft, current: Sent, failure: Failure): void {
  const stream = draft.streamOutOf(current.change.side);
  if (stream?.onUnknownCreate === 'resend') failedTransiently(draft, current, failure);
  else needsPerson(draft, current, [], failure);
}

/** State 10: a person says what became of it, by createSyncDataMapping or in the console. */
export function needsPerson(draft: Draft, current: Sent, candidates: string[], failure: Failure): void {
  const { change, write, attempts, sends, since } = current;
  const among = candidates.length === 0 ? '' : ` Candidates: ${candidates.slice(0, 10).join(', ')}.`;
  const full: Failure = { ...failure, class: 'unknown', message: `${failure.message}${among}` };
  draft.setCurrent({
    phase: 'person',
    change,
    write,
    attempts,
    sends,
    since,
    candidates,
    failure: full,
    dueAt: null,
  });
  draft.show(syncStatus.unknown, change);
  draft.finish(change, syncStatus.unknown, {
    operation: write.operation,
    reason: full,
    attempts: attempts + 1,
  });
  draft.state.unresolved = [...draft.state.unresolved, change.syncId].slice(-20);
  draft.result = 'needs-person';
}

/** The other side's id belongs to a row of its own: people have to see that. */
export function ownedByAnother(draft: Draft, current: Sent, destId: string): void {
  needsPerson(draft, current, [destId], {
    class: 'unknown',
    code: 'owned-by-another',
    message: `${destId} belongs to another record already. Say which two belong together with updateSyncDataMapping.`,
  });
}

/** The time has come to ask once more. */
export function ask(draft: Draft, current: CurrentOf<'unknown'>): void {
  const delay = askDelaysMs[Math.min(current.asks + 1, askDelaysMs.length - 1)] ?? 300_000;
  if (current.asks >= mostAsks) {
    needsPerson(draft, current, [], current.failure);
    return;
  }
  // The question keeps the number of the attempt it is about, so that a late answer to that still counts.
  draft.setCurrent({ ...current, asks: current.asks + 1, dueAt: draft.now + Math.max(delay, 15_000) });
  draft.send(current.write.operation === 'create' ? 'find' : 'read');
  draft.result = 'asked';
}

/** What the ERP said to the question: none, one or several. */
export function foundCandidates(draft: Draft, candidates: { dataId: string }[]): void {
  const { current } = draft.state;
  if (current?.phase !== 'unknown') {
    draft.drop('stale-result');
    return;
  }
  const ids = [...new Set(candidates.map(({ dataId }) => dataId))];
  const only = ids[0];
  if (only === undefined) {
    foundNothing(draft, current);
    return;
  }
  if (ids.length > 1) {
    needsPerson(draft, current, ids, {
      ...current.failure,
      code: 'several-found',
      message: 'Several records of the ERP could be the one that was created.',
    });
    return;
  }
  if (claim(draft, 'erp', only) !== null) {
    ownedByAnother(draft, current, only);
    return;
  }
  adopt(draft, current, only);
}

function adopt(draft: Draft, current: CurrentOf<'unknown'>, destId: string): void {
  const { change, write, attempts } = current;
  draft.tell(change, { kind: 'adopted', message: `The ERP has it: ${destId}.` });
  const newRows = Object.values(write.rows).flat().length;
  if (newRows > 0) {
    lookUpDetails(draft, current, destId, 0);
    return;
  }
  confirm(draft, change, write, { destId, rows: write.rows, unpaired: 0, order: 0, attempts });
}

function foundNothing(draft: Draft, current: CurrentOf<'unknown'>): void {
  const settleMs = draft.streamOutOf(current.change.side)?.createSettleMs ?? 0;
  if (draft.now < current.attemptedTo + settleMs) {
    const delay = askDelaysMs[Math.min(current.asks, askDelaysMs.length - 1)] ?? 60_000;
    const settled = current.attemptedTo + settleMs;
    draft.setCurrent({ ...current, dueAt: Math.max(draft.now + 1, Math.min(draft.now + delay, settled)) });
    draft.result = 'not-found-yet';
    return;
  }
  const message = 'Nothing was found in the ERP after the settling time: it is sent again.';
  failedTransiently(
    draft,
    { ...current, attempts: current.attempts - 1 },
    { code: current.failure.code, message },
  );
}

/** The question itself failed: asked again later, or not at all when the ERP cannot answer it. */
export function askAbout(draft: Draft, current: CurrentOf<'unknown'>, outcome: ErpWriteOutcome): void {
  if (outcome.kind === 'rejected' || outcome.kind === 'broken') {
    cannotAsk(draft, current, current.failure);
    return;
  }
  const retryAfterMs = 'retryAfterMs' in outcome ? (outcome.retryAfterMs ?? 0) : 0;
  const delay = askDelaysMs[Math.min(current.asks, askDelaysMs.length - 1)] ?? 60_000;
  draft.setCurrent({ ...current, dueAt: draft.now + Math.max(delay, retryAfterMs) });
  draft.result = 'ask-later';
}

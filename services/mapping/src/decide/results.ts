import type { CrmWriteResult, ErpWriteOutcome, ErpWriteResult } from '@syncline/contract';
import type { Current, CurrentOf } from '../pair.ts';
import { adoptLate, claim, confirm } from './confirm.ts';
import { pairRows } from './details.ts';
import type { Draft } from './draft.ts';
import { lookUpDetails, readFailed, settleDetails, settleUnknownUpdate } from './look-up-details.ts';
import { deferred, failedTransiently, failureOf, type Sent } from './outcomes.ts';
import { resumeReread } from './read-answer.ts';
import { crmWriteId } from './send.ts';
import { askAbout, becomeUnknown, foundCandidates, ownedByAnother } from './unknown.ts';

type Answered = Sent | CurrentOf<'retry'>;

/** The ERP's answer came, or news of what became of the attempt. */
export function takeErpResult(draft: Draft, result: ErpWriteResult): void {
  const { current } = draft.state;
  const { outcome } = result;
  if (current?.change.syncId !== result.syncId || current.sends !== result.attempt) {
    const isCreate = outcome.kind === 'accepted' && result.operation === 'create';
    if (!isCreate || !adoptLate(draft, 'erp', outcome.dataId ?? '')) draft.drop('stale-result');
    return;
  }
  noteCall(draft, result);
  route(draft, current, result);
}

/** An answer is to a question, or to the write itself. */
function route(draft: Draft, current: Current, { operation, outcome }: ErpWriteResult): void {
  if (outcome.kind === 'read') takeReading(draft, outcome);
  else if (current.phase === 'reread') resumeReread(draft, current, outcome);
  else if (current.phase === 'details') readFailed(draft, current, outcome);
  else if (outcome.kind === 'found') foundCandidates(draft, outcome.candidates);
  else if (current.phase === 'unknown' && operation !== current.write.operation)
    askAbout(draft, current, outcome);
  else if (isAnswered(current)) takeOutcome(draft, current, outcome);
  else draft.drop('stale-result');
}

function isAnswered(current: Current): current is Answered {
  return ['inFlight', 'retry', 'unknown', 'person'].includes(current.phase);
}

function noteCall(draft: Draft, result: ErpWriteResult): void {
  const { current } = draft.state;
  if (current === null || result.call === undefined) return;
  const { method, url, status, durationMs, answer } = result.call;
  const said = status === undefined ? 'no answer' : `HTTP ${String(status)}`;
  draft.tell(current.change, {
    kind: 'answered',
    message: `${method} ${url}: ${said} in ${String(Math.round(durationMs))} ms${answer === undefined ? '' : `: ${answer}`}`,
  });
}

function takeOutcome(draft: Draft, current: Answered, outcome: ErpWriteOutcome): void {
  if (!('write' in current)) {
    // A retry waits; only a late success or its class matters, and the retry will find out by itself.
    draft.drop('stale-result');
    return;
  }
  switch (outcome.kind) {
    case 'accepted':
      accepted(draft, current, outcome);
      return;
    case 'transient':
      failedTransiently(draft, current, outcome, outcome.retryAfterMs);
      return;
    case 'deferred':
      deferred(draft, current, outcome);
      return;
    case 'unknown':
      becomeUnknown(draft, current, outcome);
      return;
    case 'rejected':
    case 'broken':
      draft.fail(
        current.change,
        current.write.operation,
        failureOf(outcome.kind, outcome),
        current.attempts + 1,
      );
      return;
    case 'found':
    case 'read':
      draft.drop('stale-result');
  }
}

function accepted(
  draft: Draft,
  current: Sent,
  outcome: Extract<ErpWriteOutcome, { kind: 'accepted' }>,
): void {
  const { change, write } = current;
  const destId = write.operation === 'create' ? (outcome.dataId ?? '') : draft.state.sides.erp.id;
  const owner = claim(draft, 'erp', destId);
  if (owner !== null) {
    ownedByAnother(draft, current, destId);
    return;
  }
  const paired = pairRows(write.rows, outcome.detailIds);
  const attempts = current.attempts + 1;
  if (paired.unpaired === 0) {
    confirm(draft, change, write, { destId, ...paired, order: outcome.order, attempts });
    return;
  }
  // The count does not fit: one look-up tells the ids, if the ERP can (design, "Details").
  lookUpDetails(draft, current, destId, outcome.order);
}

function takeReading(draft: Draft, outcome: Extract<ErpWriteOutcome, { kind: 'read' }>): void {
  const { current } = draft.state;
  if (current?.phase === 'reread') resumeReread(draft, current, outcome);
  else if (current?.phase === 'details') settleDetails(draft, current, outcome);
  else if (current?.phase === 'unknown') settleUnknownUpdate(draft, current, outcome);
  else draft.drop('stale-result');
}

/** Error codes with which a CRM says that the same write may succeed later. */
const transientCrmCodes = ['429', '503'];

/** The CRM's answer came. */
export function takeCrmResult(draft: Draft, result: CrmWriteResult): void {
  const { current } = draft.state;
  const mine = current?.phase === 'inFlight' && current.write.to === 'crm';
  if (!mine || crmWriteId(current.change, current.sends) !== result.writeId) {
    const late = result.success && adoptLate(draft, 'crm', result.dataId ?? '');
    if (!late) draft.drop('stale-result');
  } else if (result.success) {
    acceptedByCrm(draft, current, result);
  } else {
    const { errorCode, errorMessage } = result;
    refusedByCrm(draft, current, {
      code: errorCode ?? 'crm',
      message: errorMessage ?? 'The CRM refused the record.',
    });
  }
}

function refusedByCrm(
  draft: Draft,
  current: CurrentOf<'inFlight'>,
  failure: { code: string; message: string },
): void {
  const { change, write, attempts } = current;
  if (transientCrmCodes.includes(failure.code)) failedTransiently(draft, current, failure);
  else draft.fail(change, write.operation, failureOf('rejected', failure), attempts + 1);
}

function acceptedByCrm(draft: Draft, current: CurrentOf<'inFlight'>, result: CrmWriteResult): void {
  const { write, change } = current;
  const destId = write.operation === 'create' ? (result.dataId ?? '') : draft.state.sides.crm.id;
  if (destId === '') {
    const message = 'The CRM said success without a dataId. Answer dataId on every create.';
    refusedByCrm(draft, current, { code: 'no-id', message });
    return;
  }
  if (claim(draft, 'crm', destId) !== null) {
    ownedByAnother(draft, current, destId);
    return;
  }
  const paired = pairRows(write.rows, result.detailDataIds);
  confirm(draft, change, write, { destId, ...paired, order: 0, attempts: current.attempts + 1 });
}

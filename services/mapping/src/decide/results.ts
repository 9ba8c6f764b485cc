import type { CrmWriteResult, ErpWriteOutcome, ErpWriteResult, Failure } from '@syncline/contract';
import type { Current, CurrentOf } from '../current.ts';
import { adoptLate, claim, confirm } from './confirm.ts';
import { pairRows } from './details.ts';
import type { Draft } from './draft.ts';
import { lookUpDetails, readFailed, settleDetails, settleUnknownUpdate } from './look-up-details.ts';
import { deferred, failedTransiently, failureOf } from './outcomes.ts';
import { needsPerson, ownedByAnother, type Sent } from './person.ts';
import { resumeReread } from './read-answer.ts';
import { crmWriteId } from './send.ts';
import { askAbout, becomeUnknown, foundCandidates, stayUnknown } from './unknown.ts';

/** The ERP's answer came, or news of what became of the attempt. */
export function takeErpResult(draft: Draft, result: ErpWriteResult): void {
  const { current } = draft.state;
  if (current?.change.syncId !== result.syncId || current.sends !== result.attempt) {
    takeLate(draft, result);
    return;
  }
  noteCall(draft, result);
  if (result.operation === 'find' || result.operation === 'read') takeAnswer(draft, current, result.outcome);
  else takeOutcome(draft, current, result);
}

/** A create's success is stored even if nobody waits for it any more (design, "Nothing is lost"). */
function takeLate(draft: Draft, { operation, outcome }: ErpWriteResult): void {
  const isCreate = outcome.kind === 'accepted' && operation === 'create';
  if (!isCreate || !adoptLate(draft, 'erp', outcome.dataId ?? '')) draft.drop('stale-result');
}

/** The answer to a question counts only while that is asked. */
function takeAnswer(draft: Draft, current: Current, outcome: ErpWriteOutcome): void {
  if (current.phase === 'reread') resumeReread(draft, current, outcome);
  else if (current.phase === 'details') takeDetails(draft, current, outcome);
  else if (current.phase === 'unknown') takeUnknown(draft, current, outcome);
  else draft.drop('stale-result');
}

function takeDetails(draft: Draft, current: CurrentOf<'details'>, outcome: ErpWriteOutcome): void {
  if (outcome.kind === 'read') settleDetails(draft, current, outcome);
  else readFailed(draft, current, outcome);
}

function takeUnknown(draft: Draft, current: CurrentOf<'unknown'>, outcome: ErpWriteOutcome): void {
  const isCreate = current.write.operation === 'create';
  if (outcome.kind === 'found' && isCreate) foundCandidates(draft, current, outcome.candidates);
  else if (outcome.kind === 'read' && !isCreate) settleUnknownUpdate(draft, current, outcome);
  else askAbout(draft, current, outcome);
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

function takeOutcome(draft: Draft, current: Current, result: ErpWriteResult): void {
  const { outcome } = result;
  switch (current.phase) {
    case 'inFlight':
      takeWriteOutcome(draft, current, outcome);
      return;
    case 'unknown':
    case 'resend':
    case 'person':
      takeLateOutcome(draft, current, outcome);
      return;
    case 'retry':
    case 'parked':
    case 'openWait':
    case 'held':
    case 'details':
    case 'reread':
      takeLate(draft, result);
  }
}

function takeWriteOutcome(draft: Draft, current: CurrentOf<'inFlight'>, outcome: ErpWriteOutcome): void {
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
      refused(draft, current, failureOf(outcome.kind, outcome));
      return;
    case 'found':
    case 'read':
      draft.drop('stale-result');
  }
}

// A no to a create says nothing of an earlier attempt that may have made the record: it may even be the reason for it.
function refused(draft: Draft, current: CurrentOf<'inFlight'>, failure: Failure): void {
  const { change, write, attempts, inDoubt } = current;
  // It may be the answer to a second delivery, of which the first one was carried out.
  draft.setSide('erp', { unsettled: true });
  if (inDoubt) needsPerson(draft, current, [], failure);
  else draft.fail(change, write.operation, failure, attempts + 1);
}

// The attempt whose end nobody knew is answered after all: only success says more than is known.
function takeLateOutcome(
  draft: Draft,
  current: Exclude<Sent, { phase: 'inFlight' }>,
  outcome: ErpWriteOutcome,
): void {
  if (outcome.kind === 'accepted') accepted(draft, current, outcome);
  else if (outcome.kind === 'unknown' && current.phase === 'unknown') stayUnknown(draft, current, outcome);
  else draft.drop('stale-result');
}

function accepted(
  draft: Draft,
  current: Sent,
  outcome: Extract<ErpWriteOutcome, { kind: 'accepted' }>,
): void {
  const { change, write } = current;
  const known = draft.state.sides.erp.id;
  const destId = write.operation === 'create' ? (outcome.dataId ?? '') : known;
  if (destId === '') {
    const message = 'The ERP said success without an id.';
    needsPerson(draft, current, [], failureOf('unknown', { code: 'no-id', message }));
    return;
  }
  if (known !== '' && known !== destId) {
    const message = `The ERP has made it twice. Say which one counts with updateSyncDataMapping, and void the other.`;
    needsPerson(draft, current, [known, destId], failureOf('unknown', { code: 'created-twice', message }));
    return;
  }
  if (claim(draft, 'erp', destId) !== null) {
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
  // No event will name it as its cause.
  const writeId = crmWriteId(change, current.sends);
  draft.state.ownWrites = draft.state.ownWrites.filter((own) => own.writeId !== writeId);
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
  const known = draft.state.sides.crm.id;
  if (known !== '' && known !== destId) {
    const message = `The CRM has answered ${destId}, and its event said ${known}. Say which one counts with updateSyncDataMapping.`;
    needsPerson(draft, current, [known, destId], failureOf('unknown', { code: 'created-twice', message }));
    return;
  }
  if (claim(draft, 'crm', destId) !== null) {
    ownedByAnother(draft, current, destId);
    return;
  }
  const paired = pairRows(write.rows, result.detailDataIds);
  confirm(draft, change, write, { destId, ...paired, order: 0, attempts: current.attempts + 1 });
}

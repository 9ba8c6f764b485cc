import {
  mappingStatus,
  retryDelayMs,
  syncStatus,
  type ErpWriteOutcome,
  type Failure,
} from '@syncline/contract';
import type { CurrentOf, Write } from '../current.ts';
import type { Draft } from './draft.ts';
import { needsPerson, type Sent } from './person.ts';

interface CodeAndMessage {
  code: string;
  message: string;
}

export function failureOf(failureClass: Failure['class'], { code, message }: CodeAndMessage): Failure {
  return { class: failureClass, code, message };
}

/** A failure that may pass: tried again on the schedule, until the attempts are spent. */
export function failedTransiently(
  draft: Draft,
  current: Sent,
  failure: CodeAndMessage,
  retryAfterMs = 0,
): void {
  if (current.phase === 'inFlight' && current.inDoubt) {
    putOffInDoubt(draft, current, failureOf('unknown', failure), retryAfterMs);
    return;
  }
  const { change, write } = current;
  mayHaveHappened(draft, write);
  const waitMs = nextWaitMs(draft, current, retryAfterMs);
  if (waitMs === null) {
    draft.fail(change, write.operation, failureOf('transient', failure), current.attempts + 1);
    return;
  }
  const tried = { ...current, attempts: current.attempts + 1 };
  putOff(draft, tried, waitMs);
  tellRetry(draft, tried, failure, waitMs);
}

/**
 * A create that may have happened and cannot be asked about is sent again under its own id; nothing newer takes its
 * place meanwhile. When the attempts are spent, a person decides.
 */
export function putOffInDoubt(draft: Draft, current: Sent, failure: Failure, retryAfterMs = 0): void {
  const waitMs = nextWaitMs(draft, current, retryAfterMs);
  if (waitMs === null) {
    needsPerson(draft, current, [], failure);
    return;
  }
  const tried = { ...current, attempts: current.attempts + 1 };
  waitToResend(draft, tried, failure, waitMs);
  tellRetry(draft, tried, failure, waitMs);
}

function nextWaitMs(draft: Draft, { change, attempts }: Sent, retryAfterMs: number): number | null {
  const delaysMs = draft.streamOutOf(change.side)?.retryDelaysMs ?? [];
  const delayMs = retryDelayMs(delaysMs, attempts + 1, draft.facts.random);
  return delayMs === null ? null : Math.max(delayMs, retryAfterMs);
}

function tellRetry(draft: Draft, { change, attempts }: Sent, failure: CodeAndMessage, waitMs: number): void {
  const { code, message } = failure;
  draft.tell(
    change,
    { kind: 'retrying', message: `${message} Tried again in ${String(Math.round(waitMs / 1000))} s.` },
    {
      status: syncStatus.retrying,
      errorClass: 'transient',
      errorCode: code,
      errorMessage: message,
      attempts,
    },
  );
}

/**
 * What is known of the target may be out of date. It is so too when the answer says that nothing was sent: an unguarded
 * write that is delivered again may be carried out by the second delivery before the first one's answer is taken.
 */
function mayHaveHappened(draft: Draft, { to, operation }: Write): void {
  draft.setSide(to, { unsettled: true });
  if (operation === 'void' && to === 'erp') draft.setSide('erp', { maybeVoided: true });
}

/** Not sent, because of the data center's breaker or pace: waits without using an attempt. */
export function deferred(
  draft: Draft,
  current: CurrentOf<'inFlight'>,
  { retryAfterMs, reason }: Extract<ErpWriteOutcome, { kind: 'deferred' }>,
): void {
  // Spread over half as long again, so that what was put off together does not come back together.
  const waitMs = Math.round(retryAfterMs * (1 + draft.facts.random / 2));
  const message = `not sent: ${reason}`;
  if (!current.write.guarded) mayHaveHappened(draft, current.write);
  if (current.inDoubt)
    waitToResend(draft, current, failureOf('unknown', { code: 'deferred', message }), waitMs);
  else putOff(draft, current, waitMs);
  draft.tell(current.change, { kind: 'deferred', message }, { status: syncStatus.retrying });
}

function putOff(draft: Draft, current: Sent, waitMs: number): void {
  const { change, attempts, sends, since, doubtSince } = current;
  const dueAt = draft.now + waitMs;
  draft.setCurrent({ phase: 'retry', change, attempts, sends, since, doubtSince, dueAt });
  if (draft.state.status === mappingStatus.reserved) draft.state.status = mappingStatus.inForce;
  draft.show(syncStatus.retrying, change);
  draft.result = 'retrying';
}

function waitToResend(draft: Draft, current: Sent, failure: Failure, waitMs: number): void {
  const { change, write, attempts, sends, since, doubtSince } = current;
  const dueAt = draft.now + waitMs;
  draft.setCurrent({ phase: 'resend', change, write, attempts, sends, since, doubtSince, failure, dueAt });
  draft.show(syncStatus.retrying, change);
  draft.result = 'retrying';
}

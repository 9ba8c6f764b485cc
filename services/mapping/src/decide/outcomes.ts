import {
  mappingStatus,
  retryDelayMs,
  syncStatus,
  type ErpWriteOutcome,
  type Failure,
} from '@syncline/contract';
import type { Change, CurrentOf } from '../pair.ts';
import type { Draft } from './draft.ts';

/** A write that left and whose end is being decided. */
export type Sent = CurrentOf<'inFlight' | 'unknown' | 'person'>;

export function failureOf(
  failureClass: Failure['class'],
  outcome: { code: string; message: string },
): Failure {
  return { class: failureClass, code: outcome.code, message: outcome.message };
}

/** A failure that may pass: tried again on the schedule, until the attempts are spent. */
export function failedTransiently(
  draft: Draft,
  current: Sent,
  failure: { code: string; message: string },
  retryAfterMs = 0,
): void {
  const { change, write, sends, since } = current;
  const attempts = current.attempts + 1;
  draft.setSide(write.to, { unsettled: true });
  const delaysMs = draft.streamOutOf(change.side)?.retryDelaysMs ?? [];
  const delayMs = retryDelayMs(delaysMs, attempts, draft.facts.random);
  if (delayMs === null) {
    draft.fail(change, write.operation, failureOf('transient', failure), attempts);
    return;
  }
  const waitMs = Math.max(delayMs, retryAfterMs);
  putOff(draft, { change, attempts, sends, since, waitMs });
  draft.tell(
    change,
    {
      kind: 'retrying',
      message: `${failure.message} Tried again in ${String(Math.round(waitMs / 1000))} s.`,
    },
    {
      status: syncStatus.retrying,
      errorClass: 'transient',
      errorCode: failure.code,
      errorMessage: failure.message,
      attempts,
    },
  );
}

/** Not sent, because of the data center's breaker or pace: waits without using an attempt. */
export function deferred(
  draft: Draft,
  current: Sent,
  outcome: Extract<ErpWriteOutcome, { kind: 'deferred' }>,
): void {
  const { change, attempts, sends, since } = current;
  // Spread over half as long again, so that what was put off together does not come back together.
  const waitMs = Math.round(outcome.retryAfterMs * (1 + draft.facts.random / 2));
  putOff(draft, { change, attempts, sends, since, waitMs });
  draft.tell(
    change,
    { kind: 'deferred', message: `not sent: ${outcome.reason}` },
    { status: syncStatus.retrying },
  );
}

function putOff(
  draft: Draft,
  part: { change: Change; attempts: number; sends: number; since: number; waitMs: number },
): void {
  const { waitMs, ...kept } = part;
  draft.setCurrent({ phase: 'retry', ...kept, dueAt: draft.now + waitMs });
  if (draft.state.status === mappingStatus.reserved) draft.state.status = mappingStatus.inForce;
  draft.show(syncStatus.retrying, kept.change);
  draft.result = 'retrying';
}

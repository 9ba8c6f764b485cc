import type { DataCenter, ErpObject } from '@syncline/catalog';
import type { Clock } from '@syncline/chassis';
import { textOf, type ErpWrite, type ErpWriteOutcome, type RecordData } from '@syncline/contract';
import type { ErpCallContext, ErpClient, Failed, Written } from '@syncline/erp';
import type { ErpAttempt } from '@syncline/store';
import type { Attempts } from './attempts.ts';
import type { Carried, Target } from './carried.ts';
import { isDeferred, type Ask, type Deferred } from './gate.ts';
import type { InFlight } from './in-flight.ts';
import type { Orders } from './orders.ts';

export interface SendWriteDeps {
  erp: ErpClient;
  attempts: Attempts;
  inFlight: InFlight;
  orders: Orders;
  clock: Clock;
}

/** After waiting this long for its turn, a write may have become an older one. */
const askAgainAfterMs = 250;

type Visit =
  | { is: 'answered'; reply: Written | Failed; from: number; to: number }
  | { is: 'there already'; attempt: ErpAttempt }
  | { is: 'too late' }
  | { is: 'outdated' };

/** Sends a create, update, void or recover. */
export async function sendWrite(
  write: ErpWrite,
  record: RecordData,
  target: Target,
  deps: SendWriteDeps,
): Promise<Carried> {
  const askedAt = deps.clock.now();
  const visit = await target.gate.pass(write.operation, async (ask): Promise<Visit> => {
    const from = deps.clock.now();
    if (from - askedAt > askAgainAfterMs && !(await deps.inFlight.includes(write))) return { is: 'outdated' };
    return leave(write, withId(write, record, target.erpObject), { target, deps, ask, from });
  });
  if (isDeferred(visit)) return putOff(write, visit, deps);
  switch (visit.is) {
    case 'answered':
      return { outcome: await outcomeOf(visit, deps.orders), call: visit.reply.call, isAnswer: true };
    case 'there already':
      return carriedBefore(visit.attempt);
    case 'too late': {
      const message = 'the deadline passed before it could be sent; nothing was sent';
      return { outcome: { kind: 'transient', code: 'deadline-before-sending', message }, isAnswer: true };
    }
    case 'outdated':
      return 'dropped';
  }
}

/**
 * A guarded write that was put off is answered so again when it is delivered again: mapping may have sent another in its
 * place by then, and both would make a record.
 */
async function putOff(write: ErpWrite, deferred: Deferred, deps: SendWriteDeps): Promise<Carried> {
  if (!write.guarded) return { outcome: deferred };
  const now = deps.clock.now();
  const attempt = await deps.attempts.open(write, now, now);
  return attempt === 'opened' ? { outcome: deferred, isAnswer: true } : carriedBefore(attempt);
}

interface Leaving {
  target: Target;
  deps: SendWriteDeps;
  ask: Ask;
  from: number;
}

async function leave(
  write: ErpWrite,
  record: RecordData,
  { target, deps, ask, from }: Leaving,
): Promise<Visit> {
  const deadline = from + target.dataCenter.timeoutMs;
  if (write.guarded) {
    const attempt = await deps.attempts.open(write, from, deadline);
    if (attempt !== 'opened') return { is: 'there already', attempt };
  }
  // Whoever finds this attempt open asks the ERP once the deadline is over: nothing may be sent after it.
  const timeoutMs = deadline - deps.clock.now();
  if (timeoutMs <= 0) return { is: 'too late' };
  const call = callOf(write, target.dataCenter, timeoutMs);
  const reply = await ask(() => request(write, record, call, deps.erp));
  return { is: 'answered', reply, from, to: deps.clock.now() };
}

function callOf(write: ErpWrite, dataCenter: DataCenter, timeoutMs: number): ErpCallContext {
  const { objectApiName, syncId, traceparent } = write;
  return { dataCenter, objectApiName, idempotencyKey: syncId, traceparent, timeoutMs };
}

function request(
  write: ErpWrite,
  record: RecordData,
  call: ErpCallContext,
  erp: ErpClient,
): Promise<Written | Failed> {
  if (write.operation === 'create') return erp.create(call, record);
  // A void is an update with operationType 3 in the header, a recover one without (contract 4).
  const operationType = write.operation === 'void' ? 3 : undefined;
  return erp.update(call, record, { operationType, guarded: write.guarded });
}

/** An update carries the ERP's id in its id field (contract 4), whatever the mapping wrote there. */
function withId(
  { operation, dataId = '' }: ErpWrite,
  record: RecordData,
  { idField }: ErpObject,
): RecordData {
  if (operation === 'create' || textOf(record.master[idField]) === dataId) return record;
  return { ...record, master: { ...record.master, [idField]: dataId } };
}

async function outcomeOf(
  { reply, from, to }: Extract<Visit, { is: 'answered' }>,
  orders: Orders,
): Promise<ErpWriteOutcome> {
  if (reply.ok) {
    const { dataId, detailIds } = reply;
    // Drawn after the answer: what was read from the ERP before has a lower one.
    const order = await orders.take();
    return { kind: 'accepted', ...(dataId === null ? {} : { dataId }), detailIds, order };
  }
  const { kind, code, message, retryAfterMs } = reply.failure;
  if (kind === 'unknown') return { kind, code, message, attemptedFrom: from, attemptedTo: to };
  if (kind === 'transient' && retryAfterMs !== undefined) return { kind, code, message, retryAfterMs };
  return { kind, code, message };
}

/** It left before, here or in a process that died: what is known of it is told, and it is never sent again unasked. */
function carriedBefore({ startedAt, deadline, result }: ErpAttempt): Carried {
  if (result !== null) return { published: result };
  const message = 'an earlier process sent it and ended before it had stored an answer';
  const times = { attemptedFrom: startedAt, attemptedTo: deadline, askAfter: deadline };
  return { outcome: { kind: 'unknown', code: 'no-stored-answer', message, ...times } };
}

import type { ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import type { FaultRule } from '../shared/faults.ts';
import type { ErpAnswer } from './wire.ts';

/**
 * What an ERP can do to a call. With `apply` the call is carried out first.
 * - `slow`: `delayMs` before it is carried out (with `apply`: before the answer)
 * - `status`: answers `status` with `headers` and `retryAfterSeconds`
 * - `cut`: closes the connection without an answer · `stall`: leaves it open without one
 * - `drip`: one byte of the answer each `delayMs`
 * - `reject`: 200 with `code` and `message`; never applied
 * - `garbage`, `html`, `empty`, `truncate`: 200 with a body that cannot be read
 * - `no-id`: success without ids · `short-details`: success with one detail id too few a list; both applied
 */
export const erpFaultKinds = [
  'slow',
  'status',
  'cut',
  'stall',
  'drip',
  'reject',
  'garbage',
  'html',
  'empty',
  'truncate',
  'no-id',
  'short-details',
] as const;
export type ErpFaultKind = (typeof erpFaultKinds)[number];
export type ErpFault = FaultRule<ErpFaultKind>;

/** How a call ends for the client. */
export type Delivery =
  | { kind: 'answer'; answer: ErpAnswer }
  | { kind: 'cut' }
  | { kind: 'stall' }
  | { kind: 'drip'; answer: ErpAnswer; everyMs: number };

const html = '<!DOCTYPE html><html><body><h1>Sign in</h1><form action="/login"></form></body></html>';

/** Is the call carried out although this fault hits it? */
export function isCarriedOut(fault: ErpFault | undefined): boolean {
  if (fault === undefined) return true;
  if (fault.kind === 'reject') return false;
  return fault.apply || fault.kind === 'drip' || fault.kind === 'no-id' || fault.kind === 'short-details';
}

/** What the client gets: the honest answer, or what the fault makes of it. */
export function deliveryOf(answer: ErpAnswer, fault: ErpFault | undefined): Delivery {
  if (fault === undefined) return { kind: 'answer', answer };
  switch (fault.kind) {
    case 'cut':
    case 'stall':
      return { kind: fault.kind };
    case 'drip':
      return { kind: 'drip', answer, everyMs: fault.delayMs };
    case 'status':
      return { kind: 'answer', answer: statusAnswer(fault) };
    case 'garbage':
      return { kind: 'answer', answer: { ...answer, status: 200, body: '\u0001{]garbage' } };
    case 'html':
      return { kind: 'answer', answer: { status: 200, headers: { 'content-type': 'text/html' }, body: html } };
    case 'empty':
      return { kind: 'answer', answer: { ...answer, status: 200, body: '' } };
    case 'truncate':
      return { kind: 'answer', answer: { ...answer, status: 200, body: answer.body.slice(0, answer.body.length / 2) } };
    case 'slow':
    case 'reject':
    case 'no-id':
    case 'short-details':
      return { kind: 'answer', answer };
  }
}

function statusAnswer({ status, headers, retryAfterSeconds, code, message }: ErpFault): ErpAnswer {
  const retryAfter = retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) };
  return {
    status,
    headers: { 'content-type': 'application/json', ...retryAfter, ...headers },
    body: JSON.stringify({ code, message }),
  };
}

/** Sends what was decided. Stalled responses are kept in `stalled`, so that a reset of the faults can cut them. */
export async function deliver(response: ServerResponse, delivery: Delivery, stalled: Set<ServerResponse>): Promise<void> {
  switch (delivery.kind) {
    case 'answer':
      write(response, delivery.answer);
      return;
    case 'cut':
      response.destroy();
      return;
    case 'stall':
      stalled.add(response);
      response.once('close', () => stalled.delete(response));
      return;
    case 'drip':
      await drip(response, delivery.answer, delivery.everyMs);
  }
}

function write(response: ServerResponse, { status, headers, body }: ErpAnswer): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

async function drip(response: ServerResponse, { status, headers, body }: ErpAnswer, everyMs: number): Promise<void> {
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, 'content-length': bytes.length });
  for (let i = 0; i < bytes.length && !response.destroyed; i += 1) {
    response.write(bytes.subarray(i, i + 1));
    await setTimeout(everyMs);
  }
  response.end();
}

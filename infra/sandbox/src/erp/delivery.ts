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

type Spoil = (answer: ErpAnswer, fault: ErpFault) => Delivery;

const asItIs: Spoil = (answer) => ({ kind: 'answer', answer });
const withBody =
  (spoil: (body: string) => string): Spoil =>
  (answer) => ({ kind: 'answer', answer: { ...answer, body: spoil(answer.body) } });

const spoils: Record<ErpFaultKind, Spoil> = {
  slow: asItIs,
  status: (_answer, fault) => ({ kind: 'answer', answer: statusAnswer(fault) }),
  cut: () => ({ kind: 'cut' }),
  stall: () => ({ kind: 'stall' }),
  drip: (answer, { delayMs }) => ({ kind: 'drip', answer, everyMs: delayMs }),
  reject: asItIs,
  garbage: withBody(() => '\u0001{]garbage'),
  html: () => ({
    kind: 'answer',
    answer: { status: 200, headers: { 'content-type': 'text/html' }, body: html },
  }),
  empty: withBody(() => ''),
  truncate: withBody((body) => body.slice(0, body.length / 2)),
  'no-id': asItIs,
  'short-details': asItIs,
};

/** What the client gets: the honest answer, or what the fault makes of it. */
export function deliveryOf(answer: ErpAnswer, fault: ErpFault | undefined): Delivery {
  return fault === undefined ? { kind: 'answer', answer } : spoils[fault.kind](answer, fault);
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
export async function deliver(
  response: ServerResponse,
  delivery: Delivery,
  stalled: Set<ServerResponse>,
): Promise<void> {
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

async function drip(
  response: ServerResponse,
  { status, headers, body }: ErpAnswer,
  everyMs: number,
): Promise<void> {
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, 'content-length': bytes.length });
  for (let i = 0; i < bytes.length && !response.destroyed; i += 1) {
    response.write(bytes.subarray(i, i + 1));
    await setTimeout(everyMs);
  }
  response.end();
}

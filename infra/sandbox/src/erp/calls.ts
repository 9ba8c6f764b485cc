import type { ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import type { HttpCall } from '../shared/http-server.ts';
import { messageOf } from '../shared/log.ts';
import { decide, spoilIds, type ErpCall, type Outcome, type Reply } from './answers.ts';
import { deliver, deliveryOf, isCarriedOut, type Delivery, type ErpFault } from './delivery.ts';
import type { Erp } from './erp.ts';
import type { ErpChange, ErpLedgerDraft, ErpQuery } from './ledger-entry.ts';
import {
  basePaths,
  formatOf,
  readStandardRecord,
  writeAnswer,
  type ErpAnswer,
  type ErpFormat,
} from './wire.ts';

const methods = new Map([
  ['create', 'POST'],
  ['update', 'POST'],
  ['queryMasterBatch', 'GET'],
  ['queryMasterById', 'GET'],
]);

/** The ERP's own API (spec 2 and 3) below `/erp`, `/erp-text` and `/erp-xml`. */
export function erpApi(erp: Erp, token: string): (call: HttpCall, response: ServerResponse) => boolean {
  return (call, response) => {
    const [, base = '', name = '', rest] = call.path.split('/');
    const baseFormat = basePaths.get(base);
    if (baseFormat === undefined || rest !== undefined || methods.get(name) !== call.method) return false;
    const format = baseFormat ?? formatOf(call.headers['content-type'] ?? call.headers.accept ?? '');
    // An ERP whose clock is wrong tells so in this header.
    response.setHeader('date', new Date(erp.now()).toUTCString());
    const arrived = { name: name as ErpLedgerDraft['operation'], call: readCall(name, format, call) };
    answerCall({ erp, format, response }, { ...arrived, hasToken: call.headers.token === token }).catch(
      (error: unknown) => {
        if (response.headersSent) response.destroy();
        else response.writeHead(500, { 'content-type': 'application/json' }).end(failureBody(error));
      },
    );
    return true;
  };
}

function failureBody(error: unknown): string {
  return JSON.stringify({ code: 'E500', message: messageOf(error) });
}

function readCall(name: string, format: ErpFormat, call: HttpCall): ErpCall | null {
  const { 'idempotency-key': key, traceparent } = call.headers;
  const common = {
    ...(typeof key === 'string' && { idempotencyKey: key }),
    ...(typeof traceparent === 'string' && { traceparent }),
  };
  if (call.method === 'GET') {
    const objectApiName = call.query.get('objAPIName') ?? '';
    return objectApiName === ''
      ? null
      : { ...common, operation: name as ErpQuery, objectApiName, query: call.query };
  }
  const body = readStandardRecord(format, call.body);
  const isVoid = name === 'update' && call.headers.operationtype === '3';
  return body && { ...common, ...body, operation: isVoid ? 'void' : (name as ErpChange) };
}

interface Exchange {
  erp: Erp;
  format: ErpFormat;
  response: ServerResponse;
}

/** What came in; `call` is null when it could not be understood. */
interface Arrived {
  name: ErpLedgerDraft['operation'];
  call: ErpCall | null;
  hasToken: boolean;
}

async function answerCall(
  { erp, format, response }: Exchange,
  { name, call, hasToken }: Arrived,
): Promise<void> {
  if (call === null || !hasToken) {
    const reply: Reply = hasToken
      ? { code: 'E400', message: 'the request is not of the standard structure' }
      : { code: 'E401', message: 'the header token is missing or wrong' };
    const answer = writeAnswer(format, hasToken ? 200 : 401, { ...reply });
    erp.record({ ...entryOf(erp, call), operation: name, status: answer.status, ...reply });
    await deliver(response, { kind: 'answer', answer }, erp.stalled);
    return;
  }
  const faults = erp.faults.hit(call.operation, call.objectApiName);
  const slow = faults.find(({ kind }) => kind === 'slow');
  const fault = faults.find(({ kind }) => kind !== 'slow');
  if (slow?.apply === false) await setTimeout(slow.delayMs);
  const delivery = carryOut({ erp, format, call, fault, slow });
  if (slow?.apply === true) await setTimeout(slow.delayMs);
  await deliver(response, delivery, erp.stalled);
}

interface CarryOut {
  erp: Erp;
  format: ErpFormat;
  call: ErpCall;
  fault: ErpFault | undefined;
  slow: ErpFault | undefined;
}

/** Decides, writes it down, applies it: in one go, so that what is answered is in the journal. */
function carryOut({ erp, format, call, fault, slow }: CarryOut): Delivery {
  const outcome = isCarriedOut(fault) ? decide(erp, call) : notCarriedOut(fault);
  const answer = writeAnswer(format, 200, { ...spoilIds(outcome.reply, fault) });
  const delivery = deliveryOf(answer, fault);
  const answered: ErpAnswer | null = 'answer' in delivery ? delivery.answer : null;
  erp.record({
    ...entryOf(erp, call),
    ...outcome.entry,
    status: answered?.status ?? null,
    code: answered === answer ? outcome.reply.code : null,
    ...(outcome.reply.code !== '0' && { message: outcome.reply.message }),
    fault: fault?.kind ?? slow?.kind ?? null,
  });
  return delivery;
}

function entryOf(erp: Erp, call: ErpCall | null): ErpLedgerDraft {
  return {
    at: erp.now(),
    by: 'call',
    operation: call?.operation ?? 'create',
    objectApiName: call?.objectApiName ?? '',
    dataId: null,
    applied: false,
    status: null,
    code: null,
    fault: null,
    ...(call && argumentsOf(call)),
  };
}

function argumentsOf({ sent, query, idempotencyKey, traceparent }: ErpCall): Partial<ErpLedgerDraft> {
  return {
    ...(sent && { sent }),
    ...(query && { query: Object.fromEntries(query) }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(traceparent !== undefined && { traceparent }),
  };
}

function notCarriedOut(fault: ErpFault | undefined): Outcome {
  return { reply: { code: fault?.code ?? 'E900', message: fault?.message ?? '' }, entry: {} };
}

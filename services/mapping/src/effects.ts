import { createHash } from 'node:crypto';
import type { ObjectPair } from '@syncline/catalog';
import { traceparentOf } from '@syncline/chassis';
import {
  maxInlineRecordBytes,
  otherSide,
  recordKey,
  stringifyJson,
  syncStatus,
  topics,
  type CrmWrite,
  type ErpWrite,
  type RecordData,
  type Side,
  type SyncOutcome,
} from '@syncline/contract';
import type { Outgoing } from '@syncline/kafka';
import type { HistoryFailure, HistoryWrite } from '@syncline/store';
import { crmWriteId } from './decide/send.ts';
import type { Body } from './change.ts';
import type { Current } from './current.ts';
import type { Effect, PairState } from './pair.ts';

/** A state with the effects that are to be produced, and the pair's streams as they are now. */
export interface ToProduce {
  state: PairState;
  effects: readonly Effect[];
  pair: ObjectPair;
}

/** The text of a body by its reference. */
export type BodyTexts = ReadonlyMap<string, RecordData>;

const emptyBody: RecordData = { master: {}, details: {} };

/** The messages that a state's effects ask for, in order. */
export function messagesOf({ state, effects, pair }: ToProduce, bodies: BodyTexts): Outgoing[] {
  return effects.flatMap((effect): Outgoing[] => {
    if (effect.kind === 'send') return sendMessage(state, effect.what, bodies);
    if (effect.kind === 'outcome') return [outcomeMessage(state, effect.outcome, pair)];
    return [];
  });
}

/** References that `messagesOf` will need. */
export function neededBodies({ state, effects }: ToProduce): string[] {
  const writes = effects.some((effect) => effect.kind === 'send' && effect.what === 'write');
  const body =
    writes && state.current !== null && 'write' in state.current ? state.current.write.body : undefined;
  return body !== undefined && 'ref' in body ? [body.ref] : [];
}

function sendMessage(state: PairState, what: 'write' | 'read' | 'find', bodies: BodyTexts): Outgoing[] {
  const { current } = state;
  // A person or a newer change may have ended it in the same batch: then nothing is left to send.
  if (current === null) return [];
  if (what === 'write') return current.phase === 'inFlight' ? [writeMessage(state, current, bodies)] : [];
  const question = questionOf(current, what);
  return question === null ? [] : [toPusher(state, current, question)];
}

function writeMessage(
  state: PairState,
  current: Extract<Current, { phase: 'inFlight' }>,
  bodies: BodyTexts,
): Outgoing {
  const { write, change } = current;
  const record = 'ref' in write.body ? (bodies.get(write.body.ref) ?? emptyBody) : write.body.record;
  if (write.to === 'crm') {
    const message = crmWrite(state, current, record);
    return { topic: topics.crmWrites, key: sourceKey(state, change.side), value: stringifyJson(message) };
  }
  const byReference = 'ref' in write.body && Buffer.byteLength(stringifyJson(record)) > maxInlineRecordBytes;
  const body = byReference && 'ref' in write.body ? { bodyRef: write.body.ref } : { record };
  return toPusher(state, current, { operation: write.operation, guarded: write.guarded, ...body });
}

function crmWrite(
  state: PairState,
  current: Extract<Current, { phase: 'inFlight' }>,
  record: RecordData,
): CrmWrite {
  const { write, change, sends } = current;
  const operation = write.operation === 'void' ? 'invalid' : write.operation;
  return {
    writeId: crmWriteId(change, sends),
    tenantId: state.tenantId,
    objectApiName: state.crmObject,
    operation,
    ...(operation === 'create' ? {} : { dataId: state.sides.crm.id }),
    revision: write.revision,
    data: record.master,
    details: record.details,
    source: { dataCenterId: state.dataCenterId, objAPIName: state.erpObject, dataId: state.sides.erp.id },
  };
}

type ErpPart = Pick<ErpWrite, 'operation' | 'guarded'> & Partial<ErpWrite>;

/** The question that is still open, if it is. */
function questionOf(current: Current, what: 'read' | 'find'): ErpPart | null {
  if (current.phase === 'reread' || current.phase === 'details')
    return what === 'read' ? { operation: 'read', guarded: false } : null;
  if (current.phase !== 'unknown') return null;
  const { write, attemptedFrom, attemptedTo } = current;
  if (what === 'read') return { operation: 'read', guarded: false };
  return { operation: 'find', guarded: false, match: write.match, attemptedFrom, attemptedTo };
}

function toPusher(state: PairState, current: Current, part: ErpPart): Outgoing {
  const { change, sends } = current;
  const dataId = current.phase === 'details' ? current.destId : state.sides.erp.id;
  const message: Omit<ErpWrite, 'match'> & Partial<Pick<ErpWrite, 'match'>> = {
    syncId: change.syncId,
    attempt: Math.max(1, sends),
    rowId: state.id,
    tenantId: state.tenantId,
    dataCenterId: state.dataCenterId,
    streamId: state.streamId ?? 'none',
    objectApiName: state.erpObject,
    ...(dataId === '' || part.operation === 'create' ? {} : { dataId }),
    source: { objectApiName: objectOn(state, change.side), dataId: state.sides[change.side].id },
    requestedAt: state.updatedAt,
    traceparent: traceparentOf(traceOf(change.syncId)),
    ...part,
  };
  return { topic: topics.erpWrites, key: sourceKey(state, change.side), value: stringifyJson(message) };
}

/** One sync is one trace, whichever service logs it. */
function traceOf(syncId: string): string {
  return createHash('sha256').update(syncId).digest('hex').slice(0, 32);
}

function objectOn(state: PairState, side: Side): string {
  return side === 'crm' ? state.crmObject : state.erpObject;
}

function sourceKey(state: PairState, side: Side): string {
  return recordKey(state.tenantId, objectOn(state, side), state.sides[side].id);
}

function endOn(state: PairState, side: Side) {
  return { objectApiName: objectOn(state, side), dataId: state.sides[side].id, name: state.sides[side].name };
}

function streamIdFrom(state: PairState, side: Side, pair: ObjectPair): string {
  return (side === 'crm' ? pair.toErp : pair.toCrm)?.id ?? state.streamId ?? '';
}

function outcomeMessage(
  state: PairState,
  facts: Extract<Effect, { kind: 'outcome' }>['outcome'],
  pair: ObjectPair,
): Outgoing {
  const { side, failure } = facts;
  const outcome: SyncOutcome = {
    syncId: facts.syncId,
    tenantId: state.tenantId,
    dataCenterId: state.dataCenterId,
    streamId: streamIdFrom(state, side, pair),
    direction: side === 'crm' ? 'crm-to-erp' : 'erp-to-crm',
    operation: facts.operation,
    source: endOn(state, side),
    dest: endOn(state, otherSide(side)),
    status: facts.status,
    errorClass: failure?.class ?? null,
    errorCode: failure?.code ?? null,
    errorMessage: failure?.message ?? null,
    attempts: facts.attempts,
    at: facts.at,
  };
  return { topic: topics.syncOutcomes, key: sourceKey(state, side), value: stringifyJson(outcome) };
}

/** What a state's effects add to the history; several of one sync become one write. */
export function historyOf({ state, effects, pair }: ToProduce): HistoryWrite[] {
  const writes = new Map<string, { set: HistoryWrite['set']; events: HistoryWrite['events'][number][] }>();
  for (const effect of effects) {
    if (effect.kind !== 'history') continue;
    const write = writes.get(effect.syncId) ?? { set: baseOf(state, effect.side, pair), events: [] };
    writes.set(effect.syncId, write);
    write.set = { ...write.set, ...(effect.set as HistoryWrite['set']), updatedAt: state.updatedAt };
    for (const { body, ...event } of effect.events) {
      write.events.push(body === undefined ? event : { ...event, body: bodyText(body) });
    }
  }
  return [...writes].map(([syncId, write]) => ({ syncId, ...write, order: state.version }));
}

/** What failed of the records of historical sync tasks. */
export function taskFailuresOf({ state, effects }: ToProduce): HistoryFailure[] {
  return effects.flatMap((effect) => {
    if (effect.kind !== 'outcome') return [];
    const { syncId, side, status, failure, at, origin } = effect.outcome;
    const isFailure = status === syncStatus.failed || status === syncStatus.unknown;
    if (origin?.taskId === undefined || !isFailure) return [];
    const { code = '', message = '' } = failure ?? {};
    return [{ taskId: origin.taskId, dataId: state.sides[side].id, syncId, code, message, at }];
  });
}

/** A body in the history: the record's JSON text, or `ref:` and its id in the bodies collection. */
function bodyText(body: Body): string {
  return 'ref' in body ? `ref:${body.ref}` : stringifyJson(body.record);
}

function baseOf(state: PairState, side: Side | null, pair: ObjectPair): HistoryWrite['set'] {
  if (side === null) return {};
  return {
    rowId: state.id,
    tenantId: state.tenantId,
    dataCenterId: state.dataCenterId,
    streamId: streamIdFrom(state, side, pair),
    direction: side === 'crm' ? 'crm-to-erp' : 'erp-to-crm',
    source: endOn(state, side),
    dest: endOn(state, otherSide(side)),
    createdAt: state.updatedAt,
    configRevision: (side === 'crm' ? pair.toErp : pair.toCrm)?.configRevision ?? '',
  };
}

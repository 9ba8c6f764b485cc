import { toStandardRecord, type ErpCall, type RecordData } from '@syncline/contract';
import { createAddressRule, defaultPrivateNetworks } from './address-check.ts';
import { UnreadableBody, UnwritableBody } from './body-errors.ts';
import { contentTypes, writeBody } from './body.ts';
import type { ErpCallContext, ErpFailure, Failed, QueriedById, QueriedPage, Written } from './call.ts';
import { BadBaseUrl, Connections } from './connections.ts';
import { BadHeader } from './header-check.ts';
import { hideToken } from './hide-token.ts';
import { methodOf, send, type Request, type Sent } from './send.ts';
import { readById, readPage, readWrittenIds } from './records.ts';
import { httpDateMs, readReply, type Answer, type Verdict } from './reply.ts';

export interface ErpClientOptions {
  /**
   * Networks that baseUrl may lead to although they are not the Internet (ERP_PRIVATE_NETWORKS); link-local and cloud
   * metadata addresses are refused always
   */
  privateNetworks?: readonly string[];
  /** largest answer, decompressed */
  maxAnswerBytes?: number;
  /** largest request body */
  maxBodyBytes?: number;
  clock?: { now(): number };
  /** told each whole answer as it came: for tools that judge the wire itself */
  onAnswer?: (answer: Answer) => void;
}

export interface BatchQuery {
  startTime: number;
  endTime: number;
  offset: number;
  limit: number;
  includeDetail: boolean;
}

/** The four calls of an ERP (spec 2 and 3). None of them throws: each outcome is a value. */
export interface ErpClient {
  readonly name: string;
  start(): Promise<void>;
  stop(deadline: AbortSignal): Promise<void>;
  create(call: ErpCallContext, record: RecordData): Promise<Written | Failed>;
  /**
   * @param options `operationType` 3 voids the record; `guarded`: the update adds rows, so that a doubtful outcome is
   * `unknown` as on a create
   */
  update(
    call: ErpCallContext,
    record: RecordData,
    options?: { operationType?: 3 | undefined; guarded?: boolean | undefined },
  ): Promise<Written | Failed>;
  queryMasterBatch(call: ErpCallContext, query: BatchQuery): Promise<QueriedPage | Failed>;
  queryMasterById(call: ErpCallContext, dataId: string): Promise<QueriedById | Failed>;
}

const mebibyte = 1024 * 1024;

export function createErpClient(options: ErpClientOptions = {}): ErpClient {
  const {
    privateNetworks = defaultPrivateNetworks,
    maxAnswerBytes = 64 * mebibyte,
    maxBodyBytes = 64 * mebibyte,
  } = options;
  const clock = options.clock ?? { now: () => Date.now() };
  const connections = new Connections({ addressRule: createAddressRule(privateNetworks), maxAnswerBytes });

  const ask = async (call: ErpCallContext, request: Request, onlyOnce: boolean): Promise<Asked> => {
    const sent = await trySend(connections, call, { ...request, maxBodyBytes });
    if ('failure' in sent)
      return { verdict: { ok: false, failure: sent.failure }, call: sent.call, erpTime: null };
    if ('answer' in sent.exchange) options.onAnswer?.(sent.exchange.answer);
    const verdict = readReply(sent.exchange, { dataCenter: call.dataCenter, onlyOnce, now: clock.now() });
    const erpTime = 'answer' in sent.exchange ? httpDateMs(sent.exchange.answer.date) : null;
    return { verdict: withoutToken(verdict, call.dataCenter.token), call: sent.call, erpTime };
  };

  const write = async (
    call: ErpCallContext,
    record: RecordData,
    options: WriteOptions,
  ): Promise<Written | Failed> => {
    const { dataCenter, objectApiName } = call;
    let body: string;
    try {
      body = writeBody(dataCenter.format, toStandardRecord(objectApiName, record));
    } catch (error) {
      if (!(error instanceof UnwritableBody)) throw error;
      return notSent({ path: options.path, body: '' }, broken('unwritable-record', error.message));
    }
    const headers: Record<string, string> = { 'content-type': contentTypes[dataCenter.format] };
    if (options.operationType !== undefined) headers['operationType'] = String(options.operationType);
    return readWritten(await ask(call, { path: options.path, body, headers }, options.onlyOnce), options);
  };

  return {
    name: 'erp client',
    start: () => Promise.resolve(),
    stop: () => connections.close(),
    create: (call, record) => write(call, record, { path: 'create', onlyOnce: true }),
    update: (call, record, { operationType, guarded = false } = {}) =>
      write(call, record, { path: 'update', onlyOnce: guarded, operationType }),
    async queryMasterBatch(call, query) {
      const asked = await ask(call, { path: 'queryMasterBatch', query: batchQuery(call, query) }, false);
      const told = asked.erpTime === null ? {} : { erpTime: asked.erpTime };
      const read = (data: Data, path: string) => ({ ...readPage(data, path, call.objectApiName), ...told });
      return readQueried(asked, read, call);
    },
    async queryMasterById(call, dataId) {
      const query = { objAPIName: call.objectApiName, dataId, includeDetail: 'true' };
      const asked = await ask(call, { path: 'queryMasterById', query }, false);
      const read = (data: Data, path: string) => readById(data, path, call.objectApiName);
      return readQueried(asked, (data, path) => ({ record: read(data, path)?.record ?? null }), call);
    },
  };
}

type Asked = { verdict: Verdict; call: ErpCall; erpTime: number | null };
type Data = Extract<Verdict, { ok: true }>['data'];
type WriteOptions = { path: 'create' | 'update'; onlyOnce: boolean; operationType?: 3 | undefined };

function batchQuery(call: ErpCallContext, query: BatchQuery): Record<string, string> {
  return {
    objAPIName: call.objectApiName,
    startTime: String(query.startTime),
    endTime: String(query.endTime),
    includeDetail: String(query.includeDetail),
    offset: String(query.offset),
    limit: String(query.limit),
  };
}

/** What cannot be sent at all is the configuration's or the mapping's fault: a person has to act. */
async function trySend(
  connections: Connections,
  call: ErpCallContext,
  request: Request & { maxBodyBytes: number },
): Promise<Sent | Failed> {
  try {
    const bytes = request.body === undefined ? 0 : Buffer.byteLength(request.body);
    if (bytes > request.maxBodyBytes) {
      return notSent(request, broken('record-too-large', `the record is over ${request.maxBodyBytes} bytes`));
    }
    return await send(connections.to(call.dataCenter), call, request);
  } catch (error) {
    if (error instanceof BadHeader) return notSent(request, broken('bad-header', error.message));
    if (error instanceof BadBaseUrl) return notSent(request, broken('bad-base-url', error.message));
    if (error instanceof URIError)
      return notSent(request, broken('bad-id', 'the id is not well-formed text'));
    throw error;
  }
}

function broken(code: string, message: string): ErpFailure {
  return { kind: 'broken', code, message, unwell: false };
}

function notSent({ path, body }: Request, failure: ErpFailure): Failed {
  return { ok: false, failure, call: { method: methodOf({ body }), url: `/${path}`, durationMs: 0 } };
}

function readWritten({ verdict, call }: Asked, { path }: WriteOptions): Written | Failed {
  if (!verdict.ok) return { ok: false, failure: verdict.failure, call };
  const ids = readWrittenIds(verdict.data);
  if (path === 'update' || ids.dataId !== null) return { ok: true, ...ids, call };
  const message = 'the ERP says that it created the record, and gives no masterDataId';
  // It answers as it should otherwise: this speaks of the record and not of the ERP's health.
  return { ok: false, failure: { kind: 'unknown', code: 'no-id', message, unwell: false }, call };
}

function readQueried<T extends object>(
  { verdict, call }: Asked,
  read: (data: Data, path: string) => T,
  { dataCenter }: ErpCallContext,
): ({ ok: true; call: ErpCall } & T) | Failed {
  if (!verdict.ok) return { ok: false, failure: verdict.failure, call };
  try {
    return { ok: true, call, ...read(verdict.data, dataCenter.result.dataPath) };
  } catch (error) {
    if (!(error instanceof UnreadableBody)) throw error;
    const message = `the ERP's answer is unreadable: ${error.message}`;
    return {
      ok: false,
      failure: { kind: 'transient', code: 'unreadable-answer', message, unwell: true },
      call,
    };
  }
}

const maxMessageLength = 1_000;

function withoutToken(verdict: Verdict, token: string): Verdict {
  if (verdict.ok) return verdict;
  const { failure } = verdict;
  return {
    ok: false,
    failure: { ...failure, message: hideToken(failure.message, token).slice(0, maxMessageLength) },
  };
}

import type { CatalogView } from '@syncline/catalog';
import { fromStandardRecord, stringifyJson, textOf, type JsonObject } from '@syncline/contract';
import { UnreadableBody } from '@syncline/erp';
import type { AdaptedRecord, Adapters, CallApi } from '@syncline/functions';
import type { CachedPush } from '@syncline/store';
import { adapterInput, type ReadPush } from './adapter-input.ts';
import { maxIdBytes } from './address.ts';
import { ordersOfAdaptedPush } from './intake.ts';
import type { PushedRecord } from './record-message.ts';
import type { XmlThread } from './xml-thread.ts';

export interface AdaptDeps {
  adapters: Pick<Adapters, 'run'>;
  xml: Pick<XmlThread, 'parse'>;
  /** `Fx.proxy.callAPI` of a tenant's adapters; absent: their calls fail */
  callApi?: ((tenantId: string) => CallApi) | undefined;
}

/** Something of a push that became no record, for a person. */
export interface PushProblem {
  /** kebab case */
  code: string;
  message: string;
}

/** What became of a push without id. */
export interface AdaptedPush {
  records: PushedRecord[];
  problems: PushProblem[];
  /** what the adapter logged */
  log: string[];
}

/**
 * Turns the body of a push without id into the records it is about, through the object's adapter.
 * @throws SandboxUnavailable, XmlThreadStopped: it was not run, and is to be run later
 */
export async function adaptPush(push: CachedPush, view: CatalogView, deps: AdaptDeps): Promise<AdaptedPush> {
  const adapter = view.erpObject(push.tenantId, push.dataCenterId, push.objectApiName)?.adapter;
  if (!adapter) return failed('no-adapter', `the object ${push.objectApiName} has no adapter any more`);
  const read = await readPush(push, deps);
  if ('code' in read) return { records: [], problems: [read], log: [] };
  const adapted = await deps.adapters.run(adapter, read.input, deps.callApi?.(push.tenantId));
  if (adapted.ok) return { ...readRecords(push, adapted.records, view), log: adapted.log };
  const unread = read.problem === null ? '' : `the body could not be parsed (${read.problem}), and `;
  return failed('adapter-failed', `${unread}the adapter failed: ${adapted.message}`, adapted.log);
}

function failed(code: string, message: string, log: string[] = []): AdaptedPush {
  return { records: [], problems: [{ code, message }], log };
}

async function readPush(push: CachedPush, { xml }: AdaptDeps): Promise<ReadPush | PushProblem> {
  try {
    return await adapterInput(push, xml);
  } catch (error) {
    if (error instanceof UnreadableBody) return { code: 'unreadable-body', message: error.message };
    throw error;
  }
}

function readRecords(
  push: CachedPush,
  adapted: readonly AdaptedRecord[],
  view: CatalogView,
): Pick<AdaptedPush, 'records' | 'problems'> {
  const records: PushedRecord[] = [];
  const problems: PushProblem[] = [];
  const timesOf = new Map<string, number>();
  for (const [index, one] of adapted.entries()) {
    const named = nameRecord(push, one, view);
    if ('code' in named) {
      problems.push({ ...named, message: `record ${index + 1} of ${adapted.length}: ${named.message}` });
      continue;
    }
    // Records of one id are ordered by their place (design, "Nothing is lost"), within the numbers kept for the push.
    const key = `${named.objectApiName}\n${named.dataId}`;
    const times = timesOf.get(key) ?? 0;
    timesOf.set(key, times + 1);
    if (times < ordersOfAdaptedPush) records.push(recordOf(push, one, { ...named, index, times }));
    else problems.push(tooMany(named.dataId));
  }
  return { records, problems };
}

function recordOf(
  push: CachedPush,
  { record, operationType }: AdaptedRecord,
  {
    objectApiName,
    dataId,
    index,
    times,
  }: { objectApiName: string; dataId: string; index: number; times: number },
): PushedRecord {
  return {
    objectApiName,
    dataId,
    operationType: operationType ?? push.operationType,
    order: push.order + times,
    index,
    json: stringifyJson(fromStandardRecord(record)),
  };
}

function tooMany(dataId: string): PushProblem {
  const message = `the push has more than ${ordersOfAdaptedPush} records with the id ${dataId}`;
  return { code: 'too-many-records', message };
}

/** Which record is it? The adapter may say so, or its id field does; both must agree. */
function nameRecord(
  push: CachedPush,
  { record, id }: AdaptedRecord,
  view: CatalogView,
): { objectApiName: string; dataId: string } | PushProblem {
  const { objAPIName, masterFieldVal } = record;
  const object = view.erpObject(push.tenantId, push.dataCenterId, objAPIName);
  if (object === undefined)
    return { code: 'unknown-object', message: `its objAPIName ${objAPIName} is not configured` };
  const inField = fieldText(masterFieldVal, object.idField);
  const dataId = id ?? inField;
  if (dataId === '') {
    const message = `it has neither an id nor a value in ${object.idField}`;
    return { code: 'record-without-id', message };
  }
  if (inField !== '' && inField !== dataId) {
    const message = `its id is ${dataId}, and ${object.idField} is ${inField}`;
    return { code: 'record-id-differs', message };
  }
  if (Buffer.byteLength(dataId) > maxIdBytes)
    return { code: 'record-id-too-long', message: `its id has more than ${maxIdBytes} bytes` };
  return { objectApiName: objAPIName, dataId };
}

function fieldText(fields: JsonObject, name: string): string {
  return Object.hasOwn(fields, name) ? textOf(fields[name]) : '';
}

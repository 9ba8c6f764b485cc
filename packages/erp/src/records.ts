import { emptyFields, isEmpty, isJsonObject, textOf, type Json, type JsonObject } from '@syncline/contract';
import type { QueriedRecord, UnreadableRow } from './call.ts';
import { UnreadableBody } from './body-errors.ts';

/**
 * One record of an answer (spec 3.1, 3.2). Lenient where ERPs differ: details may be absent, null, or a single row
 * instead of a list, which is also how XML shows one row.
 * @param path where it stands in the answer, for messages
 * @throws UnreadableBody naming the path of what is not as expected
 */
function readRecord(value: Json | undefined, path: string, objectApiName: string): QueriedRecord {
  if (!isJsonObject(value)) throw new UnreadableBody(`${path}: expected an object`);
  const master = value['masterFieldVal'];
  if (!isJsonObject(master)) throw new UnreadableBody(`${path}.masterFieldVal: expected an object`);
  return {
    objAPIName: textOf(value['objAPIName']) || objectApiName,
    record: { master, details: readDetails(value['detailFieldVals'], `${path}.detailFieldVals`) },
  };
}

/** Nothing, or what an empty element reads as: white space between its tags is layout. */
function isNothing(value: Json | undefined): boolean {
  return isEmpty(value) || (typeof value === 'string' && value.trim() === '');
}

function readDetails(value: Json | undefined, path: string): Record<string, JsonObject[]> {
  const details = emptyFields() as Record<string, JsonObject[]>;
  if (isNothing(value)) return details;
  if (!isJsonObject(value)) throw new UnreadableBody(`${path}: expected an object`);
  for (const [name, rows] of Object.entries(value)) {
    details[name] = listOf(rows).map((row, index) => {
      if (!isJsonObject(row)) throw new UnreadableBody(`${path}.${name}[${index}]: expected an object`);
      return row;
    });
  }
  return details;
}

/** One or many alike: XML cannot tell a list of one from a single value. */
function listOf(value: Json | undefined): Json[] {
  if (Array.isArray(value)) return value;
  return value === undefined || isNothing(value) ? [] : [value];
}

export interface Page {
  totalNum: number | null;
  records: QueriedRecord[];
  unreadable: UnreadableRow[];
}

/**
 * The data of a `queryMasterBatch` answer; absent or null is an empty page.
 * @throws UnreadableBody when it is no page at all
 */
export function readPage(data: Json | undefined, path: string, objectApiName: string): Page {
  if (isNothing(data)) return { totalNum: null, records: [], unreadable: [] };
  if (!isJsonObject(data)) throw new UnreadableBody(`${path}: expected an object`);
  const list = data['dataList'];
  if (!isNothing(list) && typeof list !== 'object')
    throw new UnreadableBody(`${path}.dataList: expected a list`);
  const page: Page = { totalNum: countOf(data['totalNum']), records: [], unreadable: [] };
  for (const [index, row] of listOf(list).entries()) {
    try {
      page.records.push(readRecord(row, `${path}.dataList[${index}]`, objectApiName));
    } catch (error) {
      if (!(error instanceof UnreadableBody)) throw error;
      page.unreadable.push({ index, message: error.message });
    }
  }
  return page;
}

/** `totalNum` is text in the spec's example, and a number in most ERPs. */
function countOf(value: Json | undefined): number | null {
  const text = textOf(value).trim();
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/**
 * The data of a `queryMasterById` answer, null when there is no such record: no data, an empty object, or a master
 * without fields.
 * @throws UnreadableBody
 */
export function readById(data: Json | undefined, path: string, objectApiName: string): QueriedRecord | null {
  const isNone = (value: Json | undefined): boolean =>
    isNothing(value) || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
  if (isNone(data) || (isJsonObject(data) && isNone(data['masterFieldVal']))) return null;
  return readRecord(data, path, objectApiName);
}

export interface WrittenIds {
  dataId: string | null;
  detailIds: Record<string, string[]>;
}

/** The ids that an answer to a write gives (contract 4): a detail's value is one id, or a list in the order sent. */
export function readWrittenIds(data: Json | undefined): WrittenIds {
  const detailIds = emptyFields() as Record<string, string[]>;
  if (!isJsonObject(data)) return { dataId: null, detailIds };
  const details = data['detailDataIds'];
  if (isJsonObject(details)) {
    for (const [name, ids] of Object.entries(details)) detailIds[name] = listOf(ids).map(idOf);
  }
  return { dataId: idOf(data['masterDataId']) || null, detailIds };
}

/** An id as text; what can be no id (an object, a list) is none. */
function idOf(value: Json | undefined): string {
  return isJsonObject(value) || Array.isArray(value) ? '' : textOf(value).trim();
}

import {
  isJsonObject,
  jsonDepth,
  parseJson,
  type Json,
  type JsonObject,
  type StandardRecord,
} from '@syncline/contract';

/** One record that an adapter made of a push (contract 3). */
export interface AdaptedRecord {
  record: StandardRecord;
  id?: string;
  operationType?: 1 | 2 | 3;
}

/** The adapter returned something else than standard records; the message names the JSON path. */
export class NotAdapted extends Error {
  override readonly name = 'NotAdapted';
}

const maxDepth = 64;

function kindOf(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return isJsonObject(value) ? 'an object' : `a ${typeof value === 'object' ? 'number' : typeof value}`;
}

function refuse(path: string, expected: string, value: Json | undefined): never {
  throw new NotAdapted(
    `the adapter's result is wrong at ${path}: expected ${expected}, found ${kindOf(value)}`,
  );
}

function objectAt(value: Json | undefined, path: string): JsonObject {
  return isJsonObject(value) ? value : refuse(path, 'an object', value);
}

function ownValue(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function detailsAt(value: Json | undefined, path: string): Record<string, JsonObject[]> {
  const details = Object.create(null) as Record<string, JsonObject[]>;
  for (const [name, rows] of Object.entries(objectAt(value, path))) {
    const here = `${path}[${JSON.stringify(name)}]`;
    if (!Array.isArray(rows)) refuse(here, 'a list of objects', rows);
    details[name] = rows.map((row, index) => objectAt(row, `${here}[${String(index)}]`));
  }
  return details;
}

function idAt(value: Json | undefined, path: string): { id?: string } {
  if (value === undefined || value === null || value === '') return {};
  if (typeof value === 'string') return { id: value };
  return typeof value === 'number' ? { id: String(value) } : refuse(path, 'a text', value);
}

const operationTypes = new Map<Json | undefined, 1 | 2 | 3>([
  [1, 1],
  ['1', 1],
  [2, 2],
  ['2', 2],
  [3, 3],
  ['3', 3],
]);

function operationTypeAt(value: Json | undefined, path: string): { operationType?: 1 | 2 | 3 } {
  if (value === undefined || value === null || value === '') return {};
  return { operationType: operationTypes.get(value) ?? refuse(path, '1, 2 or 3', value) };
}

function recordAt(value: Json, path: string): AdaptedRecord {
  const fields = objectAt(value, path);
  const objAPIName = ownValue(fields, 'objAPIName');
  if (typeof objAPIName !== 'string' || objAPIName === '')
    refuse(`${path}.objAPIName`, 'the name of an object', objAPIName);
  const details = ownValue(fields, 'detailFieldVals');
  return {
    record: {
      objAPIName,
      masterFieldVal: objectAt(ownValue(fields, 'masterFieldVal'), `${path}.masterFieldVal`),
      ...(details === undefined || details === null
        ? {}
        : { detailFieldVals: detailsAt(details, `${path}.detailFieldVals`) }),
    },
    ...idAt(ownValue(fields, 'id'), `${path}.id`),
    ...operationTypeAt(ownValue(fields, 'operationType'), `${path}.operationType`),
  };
}

/**
 * Reads what an adapter returned: a standard record, a list of them, or nothing.
 * @throws NotAdapted
 */
export function readAdapted(text: string): AdaptedRecord[] {
  if (jsonDepth(text, maxDepth) > maxDepth)
    throw new NotAdapted(`the adapter's result is over ${String(maxDepth)} levels deep`);
  const result = parseJson(text);
  if (result === null) return [];
  if (Array.isArray(result)) return result.map((it, index) => recordAt(it, `$[${String(index)}]`));
  return [recordAt(result, '$')];
}

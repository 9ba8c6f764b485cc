import type { CatalogView, Stream } from '@syncline/catalog';
import {
  isEmpty,
  isJsonObject,
  RefusedRequest,
  textOf,
  type Json,
  type JsonObject,
  type RecordData,
} from '@syncline/contract';
import type { Change } from '../change.ts';

/** A record that somebody wants to know the fate of. */
export interface GivenRecord {
  dataId: string;
  operation: Change['operation'];
  record: RecordData;
}

const operations: Record<string, Change['operation']> = {
  create: 'upsert',
  update: 'upsert',
  upsert: 'upsert',
  invalid: 'void',
  delete: 'void',
  void: 'void',
  recover: 'recover',
};

/**
 * One record as people have it: in the standard structure, as a CRM's event, as `{data, details}`, or its bare fields.
 * @param operation what is said of all records; one that says its own goes by that
 * @throws RefusedRequest badBody, with what was expected
 */
export function readGiven(
  json: Json,
  { stream, view, operation }: { stream: Stream; view: CatalogView; operation: string | undefined },
): GivenRecord {
  if (!isJsonObject(json)) throw bad('expected a record, which is an object');
  const master = objectAt(json, ['masterFieldVal', 'data']) ?? json;
  const details = objectAt(json, ['detailFieldVals', 'details']) ?? {};
  const idField = idFieldOf(stream, view);
  const dataId = textOf(own(json, 'dataId')) || textOf(own(master, idField));
  if (dataId === '')
    throw bad(
      `the record has no id: ${idField} in its fields${stream.direction === 'crm-to-erp' ? ', or dataId beside data' : ''}`,
    );
  const named = textOf(own(json, 'operation')) || operation || 'upsert';
  const known = Object.hasOwn(operations, named) ? operations[named] : undefined;
  if (known === undefined)
    throw bad(`there is no operation ${named.slice(0, 50)}: one of ${Object.keys(operations).join(', ')}`);
  return { dataId, operation: known, record: { master, details: readDetails(details) } };
}

function bad(message: string): RefusedRequest {
  return new RefusedRequest('badBody', message);
}

function own(fields: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** The object under the first of these names that has one. */
function objectAt(json: JsonObject, names: readonly string[]): JsonObject | undefined {
  return names.map((name) => own(json, name)).find((value) => isJsonObject(value));
}

function idFieldOf({ direction, tenantId, dataCenterId, source }: Stream, view: CatalogView): string {
  if (direction === 'crm-to-erp') return '_id';
  return view.erpObject(tenantId, dataCenterId, source)?.idField ?? 'id';
}

/** One row may stand for a list of one, as XML shows it. */
function readDetails(details: JsonObject): RecordData['details'] {
  return Object.fromEntries(
    Object.entries(details).map(([name, value]): [string, JsonObject[]] => {
      const rows = Array.isArray(value) ? value : isEmpty(value) ? [] : [value];
      if (!rows.every(isJsonObject)) throw bad(`the detail rows of ${name}: expected objects`);
      return [name, rows];
    }),
  );
}

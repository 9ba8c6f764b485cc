import type { CatalogView, ErpObject, FieldMapping, ObjectPair, Stream } from '@syncline/catalog';
import {
  maxMessageBytes,
  stringifyJson,
  textOf,
  type Failure,
  type Json,
  type JsonObject,
  type RecordData,
  type Side,
} from '@syncline/contract';
import type { Evaluator } from '@syncline/functions';
import type { Reading } from './decide/facts.ts';
import { knownOf, knownTexts, type RowIdOf } from './known-values.ts';
import { mapFields, type ExpressionResult, type Lookups, type MappedFields } from './map-fields.ts';
import { matchKeyOf } from './match-key.ts';
import type { WaitKey } from './current.ts';

export interface ReadRequest {
  pair: ObjectPair;
  side: Side;
  record: RecordData;
  lookups: Lookups;
  /** told how each part came about, also where nothing becomes of them */
  onMapped?: (mapped: MappedParts) => void;
}

/** A record as the stream's mappings made it, part by part. */
export interface MappedParts {
  master: MappedFields;
  details: MappedDetail[];
}

type Mapped = Reading['mapped'];

/** Bytes that surely fit into one message, with what goes around them. */
const longestCrmRecord = maxMessageBytes - 64 * 1024;

/** Reads a change through the pair's streams: what it says of its side, and what it becomes on the other. */
export async function readChange(
  request: ReadRequest,
  view: CatalogView,
  evaluator: Pick<Evaluator, 'evaluate'>,
): Promise<Reading> {
  const { pair, side, record } = request;
  const object = view.erpObject(pair.tenantId, pair.dataCenterId, pair.erpObject);
  const rowId = rowIdsOf(side, object);
  const stream = side === 'crm' ? pair.toErp : pair.toCrm;
  const nameField = side === 'crm' ? 'name' : (object?.nameField ?? '');
  return {
    source: knownOf(pair, side, record, rowId),
    name: textOf(own(record.master, nameField)).slice(0, 500),
    ...(isBare(record, side === 'crm' ? '_id' : (object?.idField ?? '')) ? { isBare: true as const } : {}),
    match: side === 'erp' ? matchKeyOf(pair, side, record.master) : undefined,
    // With hooks, what it becomes depends on what is about to be done: see read-hooked.ts.
    mapped:
      stream === undefined || runsHooks(stream)
        ? { kind: 'none' }
        : await mapRecord(stream, { ...request, rowId, object }, evaluator),
  };
}

function isBare({ master, details }: RecordData, idField: string): boolean {
  const saysNothing = Object.entries(master).every(
    ([name, value]) => name === idField || textOf(value) === '',
  );
  return saysNothing && Object.values(details).every((rows) => rows.length === 0);
}

function runsHooks({ hooks }: Stream): boolean {
  return hooks?.before !== undefined || hooks?.during !== undefined;
}

function own(fields: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** A detail row's id on its own side; rows without one are told apart by their place. */
export function rowIdsOf(side: Side, object: ErpObject | undefined): RowIdOf {
  return (detail, row, index) => {
    const idField =
      side === 'crm' ? '_id' : (object?.details.find((it) => it.apiName === detail)?.idField ?? '');
    const id = idField === '' ? '' : textOf(own(row, idField));
    return id === '' ? `#${String(index)}` : id;
  };
}

export interface MapRequest extends ReadRequest {
  rowId: RowIdOf;
  object: ErpObject | undefined;
}

export async function mapRecord(
  stream: Stream,
  request: MapRequest,
  evaluator: Pick<Evaluator, 'evaluate'>,
): Promise<Mapped> {
  const { record, lookups, onMapped } = request;
  const master = await evaluateMaster(stream, record, evaluator);
  const refused = master.filter === null ? null : refusedBy(master.filter);
  if (refused !== null) return refused;
  const mapped = await mapFields(
    stream.fields,
    { fields: record.master, expressions: master.fields, place: '' },
    lookups,
  );
  const details = await Promise.all(stream.details.map((detail) => mapDetail(detail, request, evaluator)));
  onMapped?.({ master: mapped, details });
  const parts = [mapped, ...details.flatMap((detail) => detail.rows.map((row) => row.mapped))];
  const failures = parts.flatMap((part) => part.failures);
  const first = failures[0];
  if (first !== undefined) return { kind: 'failed', failure: withCount(first, failures.length) };
  const waits = parts.flatMap((part) => part.waits);
  if (waits.length > 0) return { kind: 'waits', keys: distinct(waits) };
  return assemble(mapped, details, distinct(parts.flatMap((part) => part.owes)), request);
}

/** What the filter's result means, or null when the record may go on. */
export function refusedBy(filter: ExpressionResult): Mapped | null {
  if (!filter.ok) return failed('filter-failed', `The stream's filter failed: ${filter.message}`);
  return isTruthy(filter.value) ? null : { kind: 'filtered' };
}

function withCount(failure: Failure, count: number): Failure {
  return count === 1
    ? failure
    : { ...failure, message: `${failure.message} (and ${String(count - 1)} more)` };
}

function failed(code: string, message: string): Mapped {
  return { kind: 'failed', failure: { class: 'broken', code, message } };
}

/** JSONata's own notion of true: not empty, not zero, not an empty list or object. */
export function isTruthy(value: Json): boolean {
  if (Array.isArray(value)) return value.some(isTruthy);
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

function expressionsOf(fields: readonly FieldMapping[]): string[] {
  return fields.flatMap((mapping) => (mapping.expression === undefined ? [] : [mapping.expression]));
}

async function evaluateMaster(
  stream: Stream,
  record: RecordData,
  evaluator: Pick<Evaluator, 'evaluate'>,
): Promise<{ filter: ExpressionResult | null; fields: ExpressionResult[] }> {
  const fields = expressionsOf(stream.fields);
  const expressions = stream.filter === null ? fields : [stream.filter, ...fields];
  if (expressions.length === 0) return { filter: null, fields: [] };
  const results = await evaluator.evaluate({
    input: stringifyJson(record.master),
    bindings: { details: stringifyJson(record.details) },
    expressions,
  });
  return stream.filter === null
    ? { filter: null, fields: results }
    : { filter: results[0] ?? null, fields: results.slice(1) };
}

export interface MappedDetail {
  dest: string;
  rows: { source: string; mapped: MappedFields }[];
}

async function mapDetail(
  detail: Stream['details'][number],
  request: MapRequest,
  evaluator: Pick<Evaluator, 'evaluate'>,
): Promise<MappedDetail> {
  const { record, rowId, lookups } = request;
  const rows = Object.hasOwn(record.details, detail.source) ? (record.details[detail.source] ?? []) : [];
  const expressions = expressionsOf(detail.fields);
  const master = expressions.length === 0 ? '' : stringifyJson(record.master);
  const mapped = rows.map(async (row, i) => {
    const results =
      expressions.length === 0
        ? []
        : await evaluator.evaluate({ input: stringifyJson(row), bindings: { master }, expressions });
    const source = { fields: row, expressions: results, place: `${detail.dest}[${String(i)}].` };
    return { source: rowId(detail.source, row, i), mapped: await mapFields(detail.fields, source, lookups) };
  });
  return { dest: detail.dest, rows: await Promise.all(mapped) };
}

function assemble(
  master: MappedFields,
  details: MappedDetail[],
  owes: WaitKey[],
  request: MapRequest,
): Mapped {
  const bodies = Object.fromEntries(
    details.map(({ dest, rows }) => [dest, rows.map(({ mapped }) => mapped.fields)]),
  );
  const rows = Object.fromEntries(
    details.map((detail) => [
      detail.dest,
      detail.rows.map(({ source, mapped }) => ({ source, values: knownTexts(mapped.fields) })),
    ]),
  );
  return finishMapping({ record: { master: master.fields, details: bodies }, rows, owes }, request);
}

/** What a mapped record is known and found by. */
export function finishMapping(
  { record, rows, owes }: Pick<Extract<Mapped, { kind: 'ok' }>, 'record' | 'rows' | 'owes'>,
  { side, object }: Pick<MapRequest, 'side' | 'object'>,
): Mapped {
  // Towards the ERP a big record travels by reference; the CRM's topic has to carry it.
  if (side === 'erp' && Buffer.byteLength(stringifyJson(record)) > longestCrmRecord) {
    return failed(
      'too-large',
      'The mapped record is larger than a topic takes (16 MiB). Map fewer fields or split the record.',
    );
  }
  const matchFields = side === 'crm' ? (object?.matchFields ?? []) : [];
  return {
    kind: 'ok',
    record,
    values: knownTexts(record.master),
    rows,
    match: matchFields.map((field) => ({ field, value: textOf(own(record.master, field)) })),
    owes,
  };
}

function distinct(keys: WaitKey[]): WaitKey[] {
  return [...new Map(keys.map((key) => [key.key, key])).values()];
}

/** What an ERP record would be recognised by, or null when it says nothing of its match fields. */
export function matchTextOf(object: ErpObject | undefined, master: JsonObject): string | null {
  return matchText((object?.matchFields ?? []).map((field) => textOf(own(master, field))));
}

/** Match values as one text, or null when they cannot tell one record from another. */
export function matchText(values: readonly string[]): string | null {
  return values.length === 0 || values.includes('') ? null : JSON.stringify(values);
}

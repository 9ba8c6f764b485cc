import type { FieldMapping } from '@syncline/catalog';
import {
  emptyFields,
  isEmpty,
  textOf,
  type Failure,
  type FieldDataType,
  type Json,
  type JsonObject,
} from '@syncline/contract';
import type { WaitKey } from './current.ts';
import type { Reference } from './references.ts';

export interface MappingSource {
  /** the record or detail row that is mapped */
  fields: JsonObject;
  /** results of this object's expressions, in the order of its mappings that have one */
  expressions: readonly ExpressionResult[];
  /** before a field's name in messages: '' or `BD_Contact[0].` */
  place: string;
}

export type ExpressionResult = { ok: true; value: Json } | { ok: false; message: string };

/** Look-ups outside the record. */
export interface Lookups {
  field(dataType: FieldDataType, id: string): Promise<string | undefined>;
  reference(mapping: FieldMapping, id: string): Promise<Reference>;
}

export interface MappedFields {
  fields: JsonObject;
  failures: Failure[];
  waits: WaitKey[];
  owes: WaitKey[];
}

type One =
  | { kind: 'value'; value: Json }
  | { kind: 'failed'; failure: Failure }
  | { kind: 'waits'; key: WaitKey }
  /** an optional reference in a cycle: left out, sent later */
  | { kind: 'owes'; key: WaitKey };

/** Builds the target's fields from one source object (contract 6, `fields`). */
export async function mapFields(
  mappings: readonly FieldMapping[],
  source: MappingSource,
  lookups: Lookups,
): Promise<MappedFields> {
  const result: MappedFields = { fields: emptyFields(), failures: [], waits: [], owes: [] };
  let expression = 0;
  const ones = mappings.map(async (mapping) => {
    const computed = mapping.expression === undefined ? undefined : source.expressions[expression++];
    return mapOne(mapping, rawValue(mapping, source, computed), source.place, lookups);
  });
  for (const [i, one] of (await Promise.all(ones)).entries()) {
    const to = mappings[i]?.to ?? '';
    if (one.kind === 'value') result.fields[to] = one.value;
    else if (one.kind === 'failed') result.failures.push(one.failure);
    else if (one.kind === 'waits') result.waits.push(one.key);
    else result.owes.push(one.key);
  }
  return result;
}

function rawValue(
  mapping: FieldMapping,
  source: MappingSource,
  computed: ExpressionResult | undefined,
): ExpressionResult {
  if (computed !== undefined) return computed;
  if (mapping.value !== undefined) return { ok: true, value: mapping.value };
  const from = mapping.from ?? '';
  return { ok: true, value: Object.hasOwn(source.fields, from) ? (source.fields[from] ?? null) : null };
}

function mapOne(
  mapping: FieldMapping,
  raw: ExpressionResult,
  place: string,
  lookups: Lookups,
): One | Promise<One> {
  if (!raw.ok)
    return broken('expression-failed', `${place}${mapping.to}: the expression failed: ${raw.message}`);
  if (isEmpty(raw.value)) return orDefault(mapping, raw.value, place);
  if (mapping.options !== null) return fromOptions(mapping, mapping.options, raw.value, place);
  if (mapping.lookup !== null)
    return fromLookup(mapping, mapping.lookup, { value: raw.value, place }, lookups);
  if (mapping.reference !== null) return fromReference(mapping, { value: raw.value, place }, lookups);
  return { kind: 'value', value: raw.value };
}

function broken(code: string, message: string): One {
  return { kind: 'failed', failure: { class: 'broken', code, message } };
}

function orDefault(mapping: FieldMapping, value: Json, place: string): One {
  if (mapping.default !== undefined) return { kind: 'value', value: mapping.default };
  if (!mapping.required) return { kind: 'value', value };
  const origin = mapping.from === undefined ? 'its source' : mapping.from;
  return broken(
    'required-empty',
    `${place}${mapping.to} is required and ${origin} is empty. Fill it in, or give the field a default.`,
  );
}

function fromOptions(mapping: FieldMapping, options: JsonObject, value: Json, place: string): One {
  const text = textOf(value);
  if (Object.hasOwn(options, text)) return { kind: 'value', value: options[text] ?? null };
  if (mapping.default !== undefined) return { kind: 'value', value: mapping.default };
  return broken(
    'option-missing',
    `${place}${mapping.to}: the options have no entry for "${text}". Add one, or give the field a default.`,
  );
}

async function fromLookup(
  mapping: FieldMapping,
  dataType: FieldDataType,
  at: { value: Json; place: string },
  lookups: Lookups,
): Promise<One> {
  const text = textOf(at.value);
  const found = await lookups.field(dataType, text);
  if (found !== undefined) return { kind: 'value', value: found };
  if (mapping.default !== undefined) return { kind: 'value', value: mapping.default };
  return broken(
    'lookup-missing',
    `${at.place}${mapping.to}: no ${dataType} mapping for "${text}". Add it with createErpfieldmapping, or give the field a default.`,
  );
}

async function fromReference(
  mapping: FieldMapping,
  at: { value: Json; place: string },
  lookups: Lookups,
): Promise<One> {
  const reference = await lookups.reference(mapping, textOf(at.value));
  switch (reference.kind) {
    case 'found':
      return { kind: 'value', value: reference.id };
    case 'unconfigured':
      return broken('reference-unconfigured', reference.message);
    case 'waits':
      if (reference.cycle === 'none') return { kind: 'waits', key: reference.key };
      if (!mapping.required) return { kind: 'owes', key: reference.key };
      if (reference.cycle === 'open') return { kind: 'waits', key: reference.key };
      return broken(
        'reference-cycle',
        `${at.place}${mapping.to}: this record and ${reference.key.label} wait for each other. Make one of the two references optional.`,
      );
  }
}

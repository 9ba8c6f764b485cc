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

/** What gave a field its value; `hook`: a function of the stream. */
export type FieldSource =
  'from' | 'value' | 'expression' | 'options' | 'lookup' | 'reference' | 'default' | 'hook';

/** How one field of the target came about, for people who look at a mapping. */
export interface FieldStory {
  to: string;
  by: FieldSource;
  /** what it was made of: the source's field, or the expression's result */
  made: Json;
  /** why it has no value; null when it has one */
  problem: { kind: 'failed' | 'waits' | 'later'; message: string } | null;
}

export interface MappedFields {
  fields: JsonObject;
  /** of each mapping, in order */
  stories: FieldStory[];
  failures: Failure[];
  waits: WaitKey[];
  owes: WaitKey[];
}

type One =
  | { kind: 'value'; value: Json; by: FieldSource }
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
  const result: MappedFields = { fields: emptyFields(), stories: [], failures: [], waits: [], owes: [] };
  let expression = 0;
  const ones = mappings.map(async (mapping) => {
    const computed = mapping.expression === undefined ? undefined : source.expressions[expression++];
    const raw = rawValue(mapping, source, computed);
    const one = await mapOne(mapping, raw, source.place, lookups);
    return { mapping, one, made: raw.ok ? raw.value : null };
  });
  for (const { mapping, one, made } of await Promise.all(ones)) {
    const { to } = mapping;
    result.stories.push({ to, by: 'by' in one ? one.by : sourceOf(mapping), made, problem: problemOf(one) });
    if (one.kind === 'value') result.fields[to] = one.value;
    else if (one.kind === 'failed') result.failures.push(one.failure);
    else if (one.kind === 'waits') result.waits.push(one.key);
    else result.owes.push(one.key);
  }
  return result;
}

function sourceOf({ value, expression }: FieldMapping): FieldSource {
  if (expression !== undefined) return 'expression';
  return value === undefined ? 'from' : 'value';
}

function problemOf(one: One): FieldStory['problem'] {
  switch (one.kind) {
    case 'value':
      return null;
    case 'failed':
      return { kind: 'failed', message: one.failure.message };
    case 'waits':
      return { kind: 'waits', message: `waits for ${one.key.label}` };
    case 'owes':
      return { kind: 'later', message: `left out, and sent when ${one.key.label} has a counterpart` };
  }
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
  return { kind: 'value', value: raw.value, by: sourceOf(mapping) };
}

function broken(code: string, message: string): One {
  return { kind: 'failed', failure: { class: 'broken', code, message } };
}

function orDefault(mapping: FieldMapping, value: Json, place: string): One {
  if (mapping.default !== undefined) return { kind: 'value', value: mapping.default, by: 'default' };
  if (!mapping.required) return { kind: 'value', value, by: sourceOf(mapping) };
  const origin = mapping.from === undefined ? 'its source' : mapping.from;
  return broken(
    'required-empty',
    `${place}${mapping.to} is required and ${origin} is empty. Fill it in, or give the field a default.`,
  );
}

function fromOptions(mapping: FieldMapping, options: JsonObject, value: Json, place: string): One {
  const text = textOf(value);
  if (Object.hasOwn(options, text)) return { kind: 'value', value: options[text] ?? null, by: 'options' };
  if (mapping.default !== undefined) return { kind: 'value', value: mapping.default, by: 'default' };
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
  if (found !== undefined) return { kind: 'value', value: found, by: 'lookup' };
  if (mapping.default !== undefined) return { kind: 'value', value: mapping.default, by: 'default' };
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
      return { kind: 'value', value: reference.id, by: 'reference' };
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

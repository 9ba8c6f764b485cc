import type { ErpObject, Field, ObjectFields } from '@syncline/catalog';
import { textOf, type Json, type JsonObject, type RecordData } from '@syncline/contract';

const rowsOfDetail = 2;

/**
 * A record to create: a value for each field by its type, different in every row.
 * @param tag in every text, so that a person finds the record in the ERP
 */
export function sampleRecord({ master, details }: ObjectFields, tag: string): RecordData {
  return {
    master: sampleRow(master, tag, 0),
    details: Object.fromEntries(
      details.map((detail) => [
        detail.apiName,
        Array.from({ length: rowsOfDetail }, (_, row) => sampleRow(detail.fields, `${tag}-${row + 1}`, row)),
      ]),
    ),
  };
}

function sampleRow(fields: readonly Field[], tag: string, row: number): JsonObject {
  return Object.fromEntries(fields.map((field, i) => [field.apiName, sampleValue(field, tag, row * 10 + i)]));
}

function sampleValue({ type }: Field, tag: string, n: number): Json {
  const kind = type.toLowerCase();
  if (/^(number|decimal|float|double|currency|money|amount|percent|percentile|integer|int|long)$/.test(kind))
    return n + 1;
  if (/^(boolean|bool|true_or_false)$/.test(kind)) return n % 2 === 0;
  if (kind === 'date') return '2026-01-31';
  if (/^(datetime|date_time|timestamp)$/.test(kind)) return '2026-01-31T08:00:00Z';
  return `${tag}-${n + 1}`;
}

/** The field whose value is changed to see that an update arrives: the name if possible, none that a record is found by. */
export function changeableField(
  { idField, nameField, matchFields }: ErpObject,
  master: JsonObject,
): string | null {
  const texts = Object.keys(master).filter(
    (name) => typeof master[name] === 'string' && name !== idField && !matchFields.includes(name),
  );
  return texts.find((name) => name === nameField) ?? texts[0] ?? null;
}

/** What of `written` came back otherwise, in words; null when all is there as text. Further fields do not matter. */
export function differencesIn(written: JsonObject, found: JsonObject, where: string): string[] {
  return Object.entries(written).flatMap(([name, value]) => {
    const [want, have] = [textOf(value), fieldText(found, name)];
    return want === have ? [] : [`${where}${name} is ${quote(have)} instead of ${quote(want)}`];
  });
}

const mostTold = 5;

/** The first of them; null when there are none. */
export function told(problems: readonly string[]): string | null {
  if (problems.length === 0) return null;
  const more = problems.length - mostTold;
  return [...problems.slice(0, mostTold), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

export function quote(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}

/** Rows of a detail, whatever its name is. */
export function rowsOf({ details }: Pick<RecordData, 'details'>, apiName: string): JsonObject[] {
  return Object.hasOwn(details, apiName) ? (details[apiName] ?? []) : [];
}

/** The record's id as it stands in its own field. */
export function idIn({ master }: RecordData, { idField }: ErpObject): string {
  return fieldText(master, idField);
}

/** A field as text, `''` where it is absent. */
export function fieldText(fields: JsonObject, name: string): string {
  return textOf(Object.hasOwn(fields, name) ? fields[name] : undefined);
}

import type { Json, JsonObject } from '@syncline/contract';
import type { DetailObject, ErpObject, Field, FieldMapping } from '../catalog.ts';
import type { CatalogView } from '../view.ts';

/** The type of a field that no one listed. */
const unlisted = 'any';

/** The fields of an object by name: those that are listed, then those that its ids and its streams name besides. */
export interface ObjectFields {
  /** without the id field */
  master: Field[];
  details: DetailObject[];
}

/** An ERP object need not list its fields (contract 6), so what the streams read and write of it counts, too. */
export function fieldsOf(view: CatalogView, object: ErpObject): ObjectFields {
  const { idField, nameField, matchFields } = object;
  const used = usedFields(view, object);
  const named = [nameField, ...matchFields, ...used.master].filter((name) => name !== '');
  return {
    master: withUnlisted(object.fields, named).filter(({ apiName }) => apiName !== idField),
    details: [...new Set([...object.details.map(({ apiName }) => apiName), ...used.details.keys()])].map(
      (apiName) => {
        const known = object.details.find((detail) => detail.apiName === apiName);
        const detail = known ?? { apiName, label: apiName, idField: null, fields: [] };
        const fields = withUnlisted(detail.fields, used.details.get(apiName) ?? []);
        return { ...detail, fields: fields.filter((field) => field.apiName !== detail.idField) };
      },
    ),
  };
}

function withUnlisted(listed: readonly Field[], names: readonly string[]): Field[] {
  const known = new Set(listed.map(({ apiName }) => apiName));
  const others = [...new Set(names)].filter((name) => !known.has(name));
  const toField = (name: string): Field => ({ apiName: name, label: name, type: unlisted, required: false });
  return [...listed, ...others.map(toField)];
}

function usedFields(
  view: CatalogView,
  { tenantId, dataCenterId, apiName }: ErpObject,
): { master: string[]; details: Map<string, string[]> } {
  const master: string[] = [];
  const details = new Map<string, string[]>();
  for (const { toErp, toCrm } of view.pairsOfErpObject(tenantId, dataCenterId, apiName)) {
    master.push(...(toErp?.fields ?? []).map(({ to }) => to), ...readBy(toCrm?.fields));
    for (const { dest, fields } of toErp?.details ?? [])
      addTo(
        details,
        dest,
        fields.map(({ to }) => to),
      );
    for (const { source, fields } of toCrm?.details ?? []) addTo(details, source, readBy(fields));
  }
  return { master, details };
}

/** What an expression reads is not known here. */
function readBy(fields: readonly FieldMapping[] = []): string[] {
  return fields.flatMap(({ from }) => (from === undefined ? [] : [from]));
}

function addTo(lists: Map<string, string[]>, name: string, values: string[]): void {
  lists.set(name, [...(lists.get(name) ?? []), ...values]);
}

interface TypeOnTheWire {
  schema: JsonObject;
  /** absent: the field's label */
  example?: Json;
}

const number: TypeOnTheWire = { schema: { type: 'number' }, example: 12.5 };
const whole: TypeOnTheWire = { schema: { type: 'integer' }, example: 12 };
const flag: TypeOnTheWire = { schema: { type: 'boolean' }, example: true };
const date: TypeOnTheWire = { schema: { type: 'string', format: 'date' }, example: '2026-01-31' };
const moment: TypeOnTheWire = {
  schema: { type: 'string', format: 'date-time' },
  example: '2026-01-31T08:00:00Z',
};

/** A field's type is the operator's word (contract 6); these are known, any other is text. */
const types = new Map<string, TypeOnTheWire>([
  ...['number', 'decimal', 'float', 'double', 'currency', 'money', 'amount', 'percent', 'percentile'].map(
    (name) => [name, number] as const,
  ),
  ...['integer', 'int', 'long'].map((name) => [name, whole] as const),
  ...['boolean', 'bool', 'true_or_false'].map((name) => [name, flag] as const),
  ['date', date],
  ...['datetime', 'date_time', 'timestamp'].map((name) => [name, moment] as const),
  [unlisted, { schema: {} }],
]);

/** The JSON Schema of a field, with its label and the type that its operator gave it. */
export function schemaOfField({ label, type }: Field): JsonObject {
  const { schema = { type: 'string' } } = types.get(type.toLowerCase()) ?? {};
  return { title: label, ...schema, ...(type !== unlisted && { description: `${label} (${type})` }) };
}

/** A value that the field could have; of a text its label, so that a person sees where it ends up. */
export function exampleOf({ label, type }: Field): Json {
  return types.get(type.toLowerCase())?.example ?? label;
}

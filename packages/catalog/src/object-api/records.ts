import type { Json, JsonObject } from '@syncline/contract';
import type { DetailObject, ErpObject, Field } from '../catalog.ts';
import { exampleOf, schemaOfField, type ObjectFields } from './fields.ts';

/** Which ids a record carries: none when it is created, its own and its rows' afterwards (contract 4). */
export type Ids = 'without ids' | 'with ids';

const exampleId = (label: string): string => `id of ${label}`;

/** A record of the object in the standard structure (spec 2.1). */
export function exampleRecord(object: ErpObject, fields: ObjectFields, ids: Ids): JsonObject {
  const idFieldsOf = (idField: string | null, label: string): [string, Json][] =>
    ids === 'with ids' && idField !== null ? [[idField, exampleId(label)]] : [];
  const row = ({ idField, label, fields: of }: Pick<DetailObject, 'idField' | 'label' | 'fields'>) =>
    Object.fromEntries([
      ...idFieldsOf(idField, label),
      ...of.map((it) => [it.apiName, exampleOf(it)] as const),
    ]);
  return {
    objAPIName: object.apiName,
    masterFieldVal: row({ ...object, fields: fields.master }),
    ...(fields.details.length > 0 && {
      detailFieldVals: Object.fromEntries(fields.details.map((detail) => [detail.apiName, [row(detail)]])),
    }),
  };
}

/** The JSON Schema of such records. Fields that are not listed may occur as well. */
export function recordSchema(object: ErpObject, fields: ObjectFields, ids: Ids): JsonObject {
  return {
    type: 'object',
    title: object.label,
    required: ['objAPIName', 'masterFieldVal'],
    properties: {
      objAPIName: { type: 'string', const: object.apiName },
      masterFieldVal: rowSchema({ ...object, fields: fields.master }, ids),
      detailFieldVals: {
        type: 'object',
        description: 'rows of each detail object by its API name; may be absent',
        properties: Object.fromEntries(
          fields.details.map((detail) => [
            detail.apiName,
            // A new row of a record that is there already has no id yet, so a row's is never required.
            { type: 'array', title: detail.label, items: rowSchema(detail, ids, false) },
          ]),
        ),
      },
    },
  };
}

interface Row {
  label: string;
  idField: string | null;
  fields: readonly Field[];
}

function rowSchema({ label, idField, fields }: Row, ids: Ids, needsId = true): JsonObject {
  const hasId = ids === 'with ids' && idField !== null;
  const required = fields.filter((field) => field.required).map(({ apiName }) => apiName);
  if (hasId && needsId) required.unshift(idField);
  const idSchema = { title: 'id', type: ['string', 'integer'], description: `the ERP's id of this ${label}` };
  return {
    type: 'object',
    title: label,
    ...(required.length > 0 && { required }),
    properties: Object.fromEntries([
      ...(hasId ? [[idField, idSchema] as const] : []),
      ...fields.map((field) => [field.apiName, schemaOfField(field)] as const),
    ]),
  };
}

import { Validator } from '@seriousme/openapi-schema-validator';
import { isJsonObject, type Json, type JsonObject } from '@syncline/contract';
import { aCatalogView, aDataCenter, anErpObject, aStream, aTenant } from '@syncline/testkit';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { DataCenter, ErpObject } from '../catalog.ts';
import { objectApi } from './object-api.ts';

const field = (apiName: string, type: string, required = false) => ({
  apiName,
  label: apiName,
  type,
  required,
});

const listed = anErpObject({
  fields: ['text', 'number', 'integer', 'boolean', 'date', 'datetime', 'select', 'any'].map((type, i) =>
    field(`F_${type}`, type, i % 2 === 0),
  ),
  details: [
    { apiName: 'BD_Contact', label: 'Contact', idField: 'FId', fields: [field('FQty', 'currency', true)] },
  ],
});
const bare = anErpObject({ details: [], fields: [], matchFields: [], nameField: '' });
const odd = anErpObject({
  apiName: "It's a {path}?",
  fields: [field('__proto__', 'text'), field('a b', 'number'), field('$where', 'text', true)],
  adapter: { kind: 'expression', expression: '$' },
});
const ownResult = {
  codePath: 'r.status.code',
  successCodes: ['true'],
  messagePath: 'r.status.text',
  dataPath: 'r.body',
};

const cases: [string, ErpObject, Partial<DataCenter>][] = [
  ['in JSON', listed, {}],
  ['in XML', listed, { format: 'xml' }],
  ['in text', listed, { format: 'text' }],
  ['that answers in its own way', listed, { result: ownResult }],
  ['whose data stand at the root', listed, { result: { ...ownResult, dataPath: 'r' } }],
  ['that lists nothing', bare, {}],
  ['with odd names', odd, {}],
];

function documentOf(object: ErpObject, dataCenter: Partial<DataCenter>): JsonObject {
  const tenants = [aTenant({ dataCenters: [aDataCenter(dataCenter)] })];
  const streams = object === bare ? [aStream({ details: [] })] : [];
  const view = aCatalogView({ tenants, erpObjects: [object], streams });
  return objectApi(view, object, { receiverUrl: 'http://127.0.0.1:8701', now: 1 })?.openApi ?? {};
}

/** Each schema of the document that has an example beside it. */
function examplesIn(value: Json, path = ''): { path: string; schema: JsonObject; example: Json }[] {
  if (Array.isArray(value)) return value.flatMap((one, i) => examplesIn(one, `${path}/${String(i)}`));
  if (!isJsonObject(value)) return [];
  const inner = Object.entries(value).flatMap(([key, one]) => examplesIn(one, `${path}/${key}`));
  const { schema, example } = value;
  return isJsonObject(schema) && example !== undefined ? [{ path, schema, example }, ...inner] : inner;
}

describe('the OpenAPI document of an object', () => {
  it.each(cases)('%s is valid OpenAPI 3.1', async (_name, object, dataCenter) => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(documentOf(object, dataCenter));
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
    expect(validator.version).toBe('3.1');
  });

  it('takes any body in any format where an adapter reads it, and the standard structure alone where none does', () => {
    const bodies = (object: ErpObject): Json | undefined => {
      const push = documentOf(object, {})['paths'] as Record<
        string,
        { post?: { requestBody: { content: JsonObject } } }
      >;
      return push['/erp/syncdata/open/objdata/asyncpush']?.post?.requestBody.content;
    };
    expect(Object.keys(bodies(listed) as object)).toEqual(['application/json']);
    expect(bodies(odd)).toMatchObject({
      'application/json': { schema: { anyOf: [{ required: ['objAPIName', 'masterFieldVal'] }, {}] } },
      'application/xml': {},
      'text/plain': {},
    });
  });

  it.each(cases)('%s has examples that keep to their schemas', (_name, object, dataCenter) => {
    const ajv = new Ajv2020({
      strictTypes: false,
      allErrors: true,
      formats: { int64: true, date: true, 'date-time': true },
    });
    ajv.addKeyword('xml');
    const examples = examplesIn(documentOf(object, dataCenter));
    expect(examples.length).toBeGreaterThan(15);
    for (const { path, schema, example } of examples) {
      if (path.endsWith('application/xml')) continue;
      expect({ path, valid: ajv.validate(schema, example), errors: ajv.errors }).toEqual({
        path,
        valid: true,
        errors: null,
      });
    }
  });
});

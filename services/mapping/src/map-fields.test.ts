import { parseJson, stringifyJson, type Json, type JsonObject } from '@syncline/contract';
import { aFieldMapping } from '@syncline/testkit';
import { mapFields, type ExpressionResult, type Lookups, type MappedFields } from './map-fields.ts';
import type { Reference } from './references.ts';

const key = { key: 'k1', label: 'AccountObj A9', isOptional: false };
const reference = { object: 'AccountObj', dest: null };

interface Given {
  fields?: JsonObject;
  expressions?: ExpressionResult[];
  place?: string;
  entries?: Record<string, string>;
  reference?: Reference;
}

function lookupsOf({ entries = {}, reference: answer }: Given): Lookups {
  return {
    field: (dataType, id) => Promise.resolve(entries[`${dataType}/${id}`]),
    reference: (_mapping, id) => Promise.resolve(answer ?? { kind: 'found', id: `erp-${id}` }),
  };
}

function map(given: Given, ...mappings: ReturnType<typeof aFieldMapping>[]): Promise<MappedFields> {
  const { fields = {}, expressions = [], place = '' } = given;
  return mapFields(mappings, { fields, expressions, place }, lookupsOf(given));
}

async function failureOf(given: Given, mapping: ReturnType<typeof aFieldMapping>) {
  const { fields, failures } = await map(given, mapping);
  expect(fields).toEqual({});
  expect(failures).toHaveLength(1);
  expect(failures[0]?.class).toBe('broken');
  return failures[0];
}

describe('mapFields', () => {
  it('takes a field of the source, a fixed value, or what an expression gave', async () => {
    const mapped = await map(
      { fields: { name: 'Acme' }, expressions: [{ ok: true, value: 'A / B' }] },
      aFieldMapping('FName', { from: 'name' }),
      aFieldMapping('FFullName', { expression: 'a & b' }),
      aFieldMapping('FCurrency', { value: 'CNY' }),
    );
    expect(mapped).toEqual({
      fields: { FName: 'Acme', FFullName: 'A / B', FCurrency: 'CNY' },
      stories: [
        { to: 'FName', by: 'from', made: 'Acme', problem: null },
        { to: 'FFullName', by: 'expression', made: 'A / B', problem: null },
        { to: 'FCurrency', by: 'value', made: 'CNY', problem: null },
      ],
      failures: [],
      waits: [],
      owes: [],
    });
  });

  it('gives each expression its own result, in their order', async () => {
    const expressions: ExpressionResult[] = [
      { ok: true, value: 1 },
      { ok: true, value: 2 },
    ];
    const { fields } = await map(
      { expressions },
      aFieldMapping('a', { expression: 'x' }),
      aFieldMapping('between', { value: 'v' }),
      aFieldMapping('b', { expression: 'y' }),
    );
    expect(fields).toEqual({ a: 1, between: 'v', b: 2 });
  });

  it('keeps the order in which the fields are configured, however long a look-up takes', async () => {
    const { fields } = await map(
      { fields: { owner: '7', name: 'n' }, entries: { 'employee/7': 'E7' } },
      aFieldMapping('FSaler', { from: 'owner', lookup: 'employee' }),
      aFieldMapping('FName', { from: 'name' }),
    );
    expect(stringifyJson(fields)).toBe('{"FSaler":"E7","FName":"n"}');
  });

  it('writes null for a field that the source does not have', async () => {
    const { fields, failures } = await map({}, aFieldMapping('FName', { from: 'toString' }));
    expect(fields).toEqual({ FName: null });
    expect(failures).toEqual([]);
  });

  it('keeps every digit of a number', async () => {
    const fields = parseJson('{"amount":12345678901234567890.10}') as JsonObject;
    const mapped = await map({ fields }, aFieldMapping('FAmount', { from: 'amount' }));
    expect(stringifyJson(mapped.fields)).toBe('{"FAmount":12345678901234567890.10}');
  });

  it.each(['__proto__', 'constructor', 'hasOwnProperty'])(
    'takes %s as a name like any other',
    async (name) => {
      const source = parseJson(`{"${name}":"x"}`) as JsonObject;
      const { fields } = await map({ fields: source }, aFieldMapping(name, { from: name }));
      expect(stringifyJson(fields)).toBe(`{"${name}":"x"}`);
    },
  );

  it('says which field an expression failed for, and why', async () => {
    const expressions: ExpressionResult[] = [{ ok: false, message: 'it took too long' }];
    const failure = await failureOf(
      { expressions },
      aFieldMapping('FName', { expression: 'x', default: 'd' }),
    );
    expect(failure).toMatchObject({
      code: 'expression-failed',
      message: 'FName: the expression failed: it took too long',
    });
  });

  it('says where in the details a field failed', async () => {
    const given = { fields: { phone: '' }, place: 'BD_Contact[2].' };
    const failure = await failureOf(given, aFieldMapping('FPhone', { from: 'phone', required: true }));
    expect(failure?.message).toMatch(/^BD_Contact\[2\]\.FPhone is required and phone is empty\./);
  });

  it('collects all failures and still maps the other fields', async () => {
    const mapped = await map(
      { fields: { level: '9', name: 'n' } },
      aFieldMapping('FLevel', { from: 'level', options: {} }),
      aFieldMapping('FName', { from: 'name' }),
      aFieldMapping('FCity', { from: 'city', required: true }),
    );
    expect(mapped.failures.map(({ code }) => code)).toEqual(['option-missing', 'required-empty']);
    expect(mapped.fields).toEqual({ FName: 'n' });
  });
});

describe('an empty value', () => {
  it.each<Json>(['', null])('(%j) fails a required field, naming the field and its source', async (value) => {
    const given = { fields: { name: value } };
    const failure = await failureOf(given, aFieldMapping('FName', { from: 'name', required: true }));
    expect(failure).toMatchObject({
      code: 'required-empty',
      message: 'FName is required and name is empty. Fill it in, or give the field a default.',
    });
  });

  it('of an expression fails a required field too', async () => {
    const given: Given = { expressions: [{ ok: true, value: null }] };
    const failure = await failureOf(given, aFieldMapping('FName', { expression: 'x', required: true }));
    expect(failure?.message).toMatch(/^FName is required and its source is empty\./);
  });

  it.each<Json>(['-', 0, false, null])('takes the default %j, also where it is required', async (value) => {
    const mapping = aFieldMapping('FName', { from: 'name', required: true, default: value });
    const { fields, failures } = await map({ fields: { name: '' } }, mapping);
    expect(fields).toEqual({ FName: value });
    expect(failures).toEqual([]);
  });

  it('is not looked up, not an option and no reference', async () => {
    const { fields, failures, waits } = await map(
      { fields: {} },
      aFieldMapping('a', { from: 'x', options: { '': 'wrong' } }),
      aFieldMapping('b', { from: 'x', lookup: 'employee' }),
      aFieldMapping('c', { from: 'x', reference }),
    );
    expect({ fields, failures, waits }).toEqual({
      fields: { a: null, b: null, c: null },
      failures: [],
      waits: [],
    });
  });

  it.each<Json>([0, false])('is not what %j is', async (value) => {
    const mapping = aFieldMapping('F', { from: 'x', required: true, default: 'd' });
    expect((await map({ fields: { x: value } }, mapping)).fields).toEqual({ F: value });
  });
});

describe('options', () => {
  const mapping = aFieldMapping('FLevel', { from: 'level', options: { '1': 'A', true: 'yes', none: null } });

  it.each<[Json, Json]>([
    ['1', 'A'],
    [1, 'A'],
    [true, 'yes'],
    ['none', null],
  ])('turn %j into %j: values compare as text', async (level, expected) => {
    expect((await map({ fields: { level } }, mapping)).fields).toEqual({ FLevel: expected });
  });

  it.each(['3', 'constructor', '__proto__'])('fail for %s, naming field and value', async (level) => {
    const failure = await failureOf({ fields: { level } }, mapping);
    expect(failure).toMatchObject({
      code: 'option-missing',
      message: `FLevel: the options have no entry for "${level}". Add one, or give the field a default.`,
    });
  });

  it('take the default for a value without an entry', async () => {
    const withDefault = { ...mapping, default: 'C' };
    expect((await map({ fields: { level: '3' } }, withDefault)).fields).toEqual({ FLevel: 'C' });
  });
});

describe('a lookup', () => {
  const mapping = aFieldMapping('FSaler', { from: 'owner', lookup: 'employee' });

  it('gives the mapped id, whether the id is a text or a number', async () => {
    const entries = { 'employee/1007': 'E7' };
    expect((await map({ fields: { owner: 1007 }, entries }, mapping)).fields).toEqual({ FSaler: 'E7' });
  });

  it('asks with the digits of a long number', async () => {
    const fields = parseJson('{"owner":9007199254740993}') as JsonObject;
    const entries = { 'employee/9007199254740993': 'E9' };
    expect((await map({ fields, entries }, mapping)).fields).toEqual({ FSaler: 'E9' });
  });

  it('fails without an entry, naming field, kind and value', async () => {
    expect(await failureOf({ fields: { owner: '1007' } }, mapping)).toMatchObject({
      code: 'lookup-missing',
      message:
        'FSaler: no employee mapping for "1007". Add it with createErpfieldmapping, or give the field a default.',
    });
  });

  it('takes the default without an entry', async () => {
    const { fields } = await map({ fields: { owner: '1007' } }, { ...mapping, default: 'house' });
    expect(fields).toEqual({ FSaler: 'house' });
  });
});

describe('a reference', () => {
  const optional = aFieldMapping('FParentId', { from: 'parent_id', reference });
  const required = { ...optional, required: true };
  const fields = { parent_id: 'A9' };

  it('gives the mapped id of the other record', async () => {
    expect((await map({ fields }, optional)).fields).toEqual({ FParentId: 'erp-A9' });
  });

  it.each([optional, required])('without a counterpart waits for it', async (mapping) => {
    const mapped = await map({ fields, reference: { kind: 'waits', key, cycle: 'none' } }, mapping);
    expect(mapped).toMatchObject({ fields: {}, failures: [], waits: [key], owes: [] });
  });

  it.each(['open', 'closed'] as const)('that is optional in an %s cycle is owed', async (cycle) => {
    const mapped = await map({ fields, reference: { kind: 'waits', key, cycle } }, optional);
    expect(mapped).toMatchObject({ fields: {}, failures: [], waits: [], owes: [key] });
  });

  it('that is required waits while another one of the cycle is optional', async () => {
    const mapped = await map({ fields, reference: { kind: 'waits', key, cycle: 'open' } }, required);
    expect(mapped).toMatchObject({ fields: {}, failures: [], waits: [key], owes: [] });
  });

  it('that is required in a closed cycle fails, naming field and record', async () => {
    const given: Given = { fields, reference: { kind: 'waits', key, cycle: 'closed' } };
    expect(await failureOf(given, required)).toMatchObject({
      code: 'reference-cycle',
      message:
        'FParentId: this record and AccountObj A9 wait for each other. Make one of the two references optional.',
    });
  });

  it('to an object that no stream pairs fails with the reason', async () => {
    const message = 'FParentId: no stream pairs AccountObj in data center dc-main';
    const given: Given = { fields, reference: { kind: 'unconfigured', message } };
    expect(await failureOf(given, optional)).toMatchObject({ code: 'reference-unconfigured', message });
  });
});

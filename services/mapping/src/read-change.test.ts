import { catalogView, type ErpObject, type Stream } from '@syncline/catalog';
import {
  parseJson,
  stringifyJson,
  type Json,
  type JsonObject,
  type RecordData,
  type Side,
} from '@syncline/contract';
import type { Evaluated, Evaluator } from '@syncline/functions';
import { aCatalog, aFieldMapping, anErpObject, aStream } from '@syncline/testkit';
import type { Reading } from './decide/facts.ts';
import type { Lookups } from './map-fields.ts';
import { matchText, matchTextOf, readChange } from './read-change.ts';

type Asked = Parameters<Evaluator['evaluate']>[0];

/** Answers each expression by its text. */
class Answers {
  readonly asked: Asked[] = [];
  private readonly values: Record<string, Json | Error>;

  constructor(values: Record<string, Json | Error> = {}) {
    this.values = values;
  }

  evaluate(request: Asked): Promise<Evaluated[]> {
    this.asked.push(request);
    return Promise.resolve(
      request.expressions.map((text): Evaluated => {
        const value = this.values[text] ?? null;
        return value instanceof Error ? { ok: false, message: value.message } : { ok: true, value };
      }),
    );
  }
}

const never: Lookups = {
  field: () => Promise.resolve(undefined),
  reference: (_mapping, id) =>
    Promise.resolve({
      kind: 'waits',
      key: { key: `k-${id}`, label: `AccountObj ${id}`, isOptional: true },
      cycle: id.startsWith('cycle') ? 'closed' : 'none',
    }),
};

interface Given {
  stream?: Partial<Stream>;
  object?: Partial<ErpObject>;
  side?: Side;
  record?: Partial<RecordData>;
  answers?: Answers;
}

function read({ stream = {}, object = {}, side = 'crm', record = {}, answers = new Answers() }: Given) {
  const direction = side === 'crm' ? 'crm-to-erp' : 'erp-to-crm';
  const view = catalogView(
    aCatalog({ erpObjects: [anErpObject(object)], streams: [aStream({ direction, ...stream })] }),
  );
  const [pair] = view.pairsOfCrmObject('81138', 'AccountObj');
  if (pair === undefined) throw new Error('no pair');
  const whole = { master: { name: 'Acme', number: 'C-1' }, details: {}, ...record };
  return readChange({ pair, side, record: whole, lookups: never }, view, answers);
}

type Mapped = Reading['mapped'];

async function mappedOk(given: Given): Promise<Extract<Mapped, { kind: 'ok' }>> {
  const { mapped } = await read(given);
  if (mapped.kind !== 'ok') throw new Error(`mapped is ${stringifyJson(mapped)}`);
  return mapped;
}

const contacts = (fields: Stream['details'][number]['fields']): Partial<Stream> => ({
  details: [{ source: 'ContactObj', dest: 'BD_Contact', fields }],
});

describe('readChange', () => {
  it('says what the record is on its own side, and what it becomes on the other', async () => {
    expect(await read({})).toEqual({
      source: { fields: { name: 'Acme', number: 'C-1' }, rows: {} },
      name: 'Acme',
      mapped: {
        kind: 'ok',
        record: { master: { FName: 'Acme', FNumber: 'C-1' }, details: {} },
        values: { FName: 'Acme', FNumber: 'C-1' },
        rows: {},
        match: [{ field: 'FNumber', value: 'C-1' }],
        owes: [],
      },
    });
  });

  it('says whether a record says nothing but its id', async () => {
    const bare = { master: { FCUSTID: 'E1', FName: '' }, details: { BD_Contact: [] } };
    expect(await read({ side: 'erp', record: bare })).toMatchObject({ isBare: true });
    expect(await read({ side: 'crm', record: { master: { _id: 'A1' } } })).toMatchObject({ isBare: true });
    const named = await read({ side: 'erp', record: { master: { FCUSTID: 'E1', FName: 'Acme' } } });
    const rows = await read({ side: 'erp', record: { ...bare, details: { BD_Contact: [{ FPhone: '1' }] } } });
    expect([named.isBare, rows.isBare]).toEqual([undefined, undefined]);
  });

  it('says what an ERP record is matched by where a match is looked for', async () => {
    const erpRecord = { side: 'erp' as const, record: { master: { FName: 'Acme', FNumber: ' C-1 ' } } };
    const plain = await read(erpRecord);
    const matched = await read({ ...erpRecord, stream: { matchBeforeCreate: {} } });
    expect([plain.match, matched.match?.words]).toEqual([undefined, 'FNumber = C-1']);
    const same = { side: 'erp' as const, record: { master: { FNumber: 'C-1' } } };
    expect((await read({ ...same, stream: { matchBeforeCreate: {} } })).match?.key).toBe(matched.match?.key);
  });

  it('takes an ERP record by its name field, and has nothing to recognise it by in the CRM', async () => {
    const reading = await read({ side: 'erp', record: { master: { FName: 'Acme', FNumber: 'C-1' } } });
    expect(reading.name).toBe('Acme');
    expect(reading.mapped).toMatchObject({ kind: 'ok', match: [] });
  });

  it('cuts a long name, and takes one that is missing as empty', async () => {
    expect((await read({ record: { master: { name: 'x'.repeat(600) } } })).name).toHaveLength(500);
    expect((await read({ record: { master: {} } })).name).toBe('');
  });

  it('maps nothing where no stream leads out of the side', async () => {
    const { mapped } = await read({
      side: 'erp',
      stream: { direction: 'crm-to-erp', source: 'AccountObj', dest: 'BD_Customer' },
      record: { master: { FName: 'Acme' } },
    });
    expect(mapped).toEqual({ kind: 'none' });
  });

  it('gives match values as text, and an empty one where the field is not mapped', async () => {
    const { match } = await mappedOk({
      object: { matchFields: ['FNumber', 'FName', 'toString'] },
      record: { master: { name: 'n', number: 17 } },
    });
    expect(match).toEqual([
      { field: 'FNumber', value: '17' },
      { field: 'FName', value: 'n' },
      { field: 'toString', value: '' },
    ]);
  });

  it('keeps every digit on the way', async () => {
    const master = parseJson('{"name":"n","number":12345678901234567890}') as JsonObject;
    const { record, values } = await mappedOk({ record: { master } });
    expect(stringifyJson(record.master)).toBe('{"FName":"n","FNumber":12345678901234567890}');
    expect(values['FNumber']).toBe('12345678901234567890');
  });

  it('fails with the first failure and how many more there are', async () => {
    const fields = [
      aFieldMapping('a', { from: 'x', required: true }),
      aFieldMapping('b', { from: 'name', options: {} }),
      aFieldMapping('c', { from: 'y', required: true }),
    ];
    const { mapped } = await read({ stream: { fields } });
    expect(mapped).toMatchObject({
      kind: 'failed',
      failure: {
        class: 'broken',
        code: 'required-empty',
        message: expect.stringMatching(/^a is .* \(and 2 more\)$/),
      },
    });
  });

  it('waits for each record once, in master and details alike', async () => {
    const parent = aFieldMapping('FParent', { from: 'p', reference: { object: 'AccountObj', dest: null } });
    const { mapped } = await read({
      stream: { fields: [parent], ...contacts([parent]) },
      record: { master: { p: 'A9' }, details: { ContactObj: [{ p: 'A9' }, { p: 'A8' }] } },
    });
    expect(mapped).toMatchObject({ kind: 'waits', keys: [{ key: 'k-A9' }, { key: 'k-A8' }] });
  });

  it('fails before it waits', async () => {
    const fields = [
      aFieldMapping('a', { from: 'p', reference: { object: 'AccountObj', dest: null } }),
      aFieldMapping('b', { from: 'x', required: true }),
    ];
    const { mapped } = await read({ stream: { fields }, record: { master: { p: 'A9' } } });
    expect(mapped.kind).toBe('failed');
  });

  it('goes without the references of a cycle and owes them, each once', async () => {
    const parent = aFieldMapping('FParent', { from: 'p', reference: { object: 'AccountObj', dest: null } });
    const { record, owes } = await mappedOk({
      stream: { fields: [aFieldMapping('FName', { from: 'name' }), parent], ...contacts([parent]) },
      record: { master: { name: 'n', p: 'cycle' }, details: { ContactObj: [{ p: 'cycle' }] } },
    });
    expect(record).toEqual({ master: { FName: 'n' }, details: { BD_Contact: [{}] } });
    expect(owes.map(({ key }) => key)).toEqual(['k-cycle']);
  });

  it('refuses what is too large for the topic of the CRM', async () => {
    const master = { FName: 'x'.repeat(16 * 1024 * 1024), FNumber: '1' };
    const { mapped } = await read({ side: 'erp', record: { master } });
    expect(mapped).toMatchObject({ kind: 'failed', failure: { code: 'too-large' } });
  });

  it('lets any size through to the ERP, where it travels by reference', async () => {
    const master = { name: 'x'.repeat(16 * 1024 * 1024), number: '1' };
    expect((await read({ record: { master } })).mapped.kind).toBe('ok');
  });
});

describe('the filter of a stream', () => {
  it.each<Json>([true, 'text', 1, [0, 1], { a: 1 }])('lets a record through on %j', async (value) => {
    const given = { stream: { filter: 'f' }, answers: new Answers({ f: value }) };
    expect((await read(given)).mapped.kind).toBe('ok');
  });

  it.each<Json>([false, null, '', 0, [], [0, false], {}])('keeps a record back on %j', async (value) => {
    const given = { stream: { filter: 'f' }, answers: new Answers({ f: value }) };
    expect((await read(given)).mapped).toEqual({ kind: 'filtered' });
  });

  it('that fails is a failure with its reason, and no filtered record', async () => {
    const given = { stream: { filter: 'f' }, answers: new Answers({ f: new Error('no such function') }) };
    expect((await read(given)).mapped).toEqual({
      kind: 'failed',
      failure: {
        class: 'broken',
        code: 'filter-failed',
        message: "The stream's filter failed: no such function",
      },
    });
  });

  it('keeps a record back although its fields would fail', async () => {
    const fields = [aFieldMapping('a', { from: 'x', required: true })];
    const given = { stream: { filter: 'f', fields }, answers: new Answers({ f: false }) };
    expect((await read(given)).mapped).toEqual({ kind: 'filtered' });
  });

  it('is asked in one request with the expressions of the master', async () => {
    const answers = new Answers({ f: true, e: 'E' });
    const fields = [aFieldMapping('a', { from: 'name' }), aFieldMapping('b', { expression: 'e' })];
    const details = { ContactObj: [{ phone: '1' }] };
    const { record } = await mappedOk({ stream: { filter: 'f', fields }, record: { details }, answers });
    expect(record.master).toEqual({ a: 'Acme', b: 'E' });
    expect(answers.asked).toEqual([
      {
        input: '{"name":"Acme","number":"C-1"}',
        bindings: { details: '{"ContactObj":[{"phone":"1"}]}' },
        expressions: ['f', 'e'],
      },
    ]);
  });

  it('is not asked where there is none, and no expression either', async () => {
    const answers = new Answers();
    await read({ answers });
    expect(answers.asked).toEqual([]);
  });
});

describe('details', () => {
  it('are mapped row by row, in order, under the id that each has on its own side', async () => {
    const { record, rows } = await mappedOk({
      stream: contacts([aFieldMapping('FPhone', { from: 'phone' })]),
      record: {
        details: { ContactObj: [{ _id: 'x1', phone: '1' }, { phone: '2' }], Other: [{ phone: '3' }] },
      },
    });
    expect(record.details).toEqual({ BD_Contact: [{ FPhone: '1' }, { FPhone: '2' }] });
    expect(rows).toEqual({
      BD_Contact: [
        { source: 'x1', values: { FPhone: '1' } },
        { source: '#1', values: { FPhone: '2' } },
      ],
    });
  });

  it('of the ERP have the id field of their object, or their place where it has none', async () => {
    const stream: Partial<Stream> = {
      details: [
        { source: 'BD_Contact', dest: 'ContactObj', fields: [aFieldMapping('phone', { from: 'FPhone' })] },
      ],
    };
    const record = { details: { BD_Contact: [{ FContactId: 77, FPhone: '1' }] } };
    const { rows } = await mappedOk({ side: 'erp', stream, record: { ...record, master: { FName: 'n' } } });
    expect(rows['ContactObj']?.[0]?.source).toBe('77');
    const noId = { details: [{ apiName: 'BD_Contact', label: '', idField: null, fields: [] }] };
    const second = await mappedOk({
      side: 'erp',
      stream,
      object: noId,
      record: { ...record, master: { FName: 'n' } },
    });
    expect(second.rows['ContactObj']?.[0]?.source).toBe('#0');
  });

  it('that the record does not have are an empty list', async () => {
    const { record } = await mappedOk({ stream: contacts([aFieldMapping('FPhone', { from: 'phone' })]) });
    expect(record.details).toEqual({ BD_Contact: [] });
  });

  it('are evaluated each with the master at hand', async () => {
    const answers = new Answers({ e: 'E' });
    const { record } = await mappedOk({
      stream: contacts([aFieldMapping('FPhone', { expression: 'e' })]),
      record: { details: { ContactObj: [{ phone: '1' }] } },
      answers,
    });
    expect(record.details).toEqual({ BD_Contact: [{ FPhone: 'E' }] });
    expect(answers.asked).toEqual([
      { input: '{"phone":"1"}', bindings: { master: '{"name":"Acme","number":"C-1"}' }, expressions: ['e'] },
    ]);
  });

  it('name their place when they fail', async () => {
    const { mapped } = await read({
      stream: contacts([aFieldMapping('FPhone', { from: 'phone', required: true })]),
      record: { details: { ContactObj: [{ phone: '1' }, { phone: '' }] } },
    });
    expect(mapped).toMatchObject({
      failure: { message: expect.stringMatching(/^BD_Contact\[1\]\.FPhone is required and phone is empty/) },
    });
  });

  it('take __proto__ as a name like any other', async () => {
    const { record, rows } = await mappedOk({
      stream: {
        details: [{ source: '__proto__', dest: '__proto__', fields: [aFieldMapping('a', { from: 'b' })] }],
      },
      record: { details: parseJson('{"__proto__":[{"b":"1"}]}') as unknown as RecordData['details'] },
    });
    expect(stringifyJson(record.details)).toBe('{"__proto__":[{"a":"1"}]}');
    expect(Object.keys(rows)).toEqual(['__proto__']);
  });
});

describe('a match text', () => {
  it('tells values apart whatever is in them', () => {
    expect(matchText(['a","b'])).not.toBe(matchText(['a', 'b']));
  });

  it('is none without match fields, or with an empty value', () => {
    expect(matchText([])).toBeNull();
    expect(matchText(['a', ''])).toBeNull();
  });

  it('of an ERP record equals that of the create which made it', async () => {
    const { match } = await mappedOk({ record: { master: { name: 'n', number: 'C-1' } } });
    expect(matchTextOf(anErpObject(), { FNumber: 'C-1' })).toBe(matchText(match.map(({ value }) => value)));
    expect(matchTextOf(anErpObject(), {})).toBeNull();
    expect(matchTextOf(undefined, { FNumber: 'C-1' })).toBeNull();
  });
});

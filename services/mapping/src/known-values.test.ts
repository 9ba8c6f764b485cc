import type { ObjectPair, Stream } from '@syncline/catalog';
import { parseJson, textOf, type JsonObject } from '@syncline/contract';
import { aFieldMapping, aStream } from '@syncline/testkit';
import { pairKey } from './a-pair.fixture.ts';
import { knownOf, knownText, knownTexts, type RowIdOf } from './known-values.ts';

const byId: RowIdOf = (_detail, row, index) => textOf(row['_id']) || `#${String(index)}`;

function aPairOf(out: Partial<Stream> | null, into: Partial<Stream> | null = null): ObjectPair {
  return {
    ...pairKey,
    ...(out === null ? {} : { toErp: aStream(out) }),
    ...(into === null ? {} : { toCrm: aStream({ direction: 'erp-to-crm', ...into }) }),
  };
}

describe('knownText', () => {
  it.each([undefined, null, ''])('takes %j as nothing', (value) => {
    expect(knownText(value)).toBe('');
  });

  it('is the same for a number and its digits', () => {
    expect(knownText(7)).toBe(knownText('7'));
    expect(knownText(parseJson('12345678901234567890'))).toBe('12345678901234567890');
  });

  it('is the same for objects whatever the order of their keys', () => {
    expect(knownText({ a: 1, b: [2] })).toBe(knownText({ b: [2], a: 1 }));
  });

  it('keeps a long text as a digest that tells it from others', () => {
    const long = 'x'.repeat(201);
    expect(knownText('x'.repeat(200))).toBe('x'.repeat(200));
    expect(knownText(long)).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(knownText(long)).not.toBe(knownText(`${long}y`));
  });

  it('takes __proto__ as a name like any other', () => {
    const texts = knownTexts(parseJson('{"__proto__":"x"}') as JsonObject);
    expect(Object.entries(texts)).toEqual([['__proto__', 'x']]);
  });
});

describe('knownOf', () => {
  const record = { master: { name: 'Acme', number: 'C-1', phone: '1', city: 'X' }, details: {} };

  it('keeps what the streams read or write on that side, and no more', () => {
    const pair = aPairOf(
      { fields: [aFieldMapping('FName', { from: 'name' })] },
      { fields: [aFieldMapping('phone', { from: 'FPhone' })] },
    );
    expect(knownOf(pair, 'crm', record, byId)).toEqual({ fields: { name: 'Acme', phone: '1' }, rows: {} });
    const erp = { master: { FName: 'Acme', FPhone: '2', FOther: '3' }, details: {} };
    expect(knownOf(pair, 'erp', erp, byId).fields).toEqual({ FName: 'Acme', FPhone: '2' });
  });

  it('says of a field that is absent that it is empty', () => {
    const pair = aPairOf({ fields: [aFieldMapping('FName', { from: 'toString' })] });
    expect(knownOf(pair, 'crm', record, byId).fields).toEqual({ toString: '' });
  });

  it.each<[string, Partial<Stream>]>([
    ['a filter', { filter: 'city = "X"', fields: [] }],
    ['an expression', { fields: [aFieldMapping('F', { expression: 'name & city' })] }],
  ])('keeps all fields of the side that %s reads', (_what, stream) => {
    const pair = aPairOf(stream);
    expect(Object.keys(knownOf(pair, 'crm', record, byId).fields)).toEqual(Object.keys(record.master));
  });

  it('keeps the written fields alone where only the opposite stream has an expression', () => {
    const pair = aPairOf({ fields: [aFieldMapping('FFull', { expression: 'name' })] });
    const erp = { master: { FFull: 'Acme', FOther: '1' }, details: {} };
    expect(knownOf(pair, 'erp', erp, byId).fields).toEqual({ FFull: 'Acme' });
  });

  it('keeps all fields and details where a hook before may read any', () => {
    const hook = { kind: 'function' as const, file: 'b.js', source: 'x' };
    const pair = aPairOf({ hooks: { before: hook } });
    const whole = { ...record, details: { OtherObj: [{ _id: 'o1', note: 'n' }] } };
    const known = knownOf(pair, 'crm', whole, byId);
    expect(Object.keys(known.fields)).toEqual(Object.keys(record.master));
    expect(known.rows).toEqual({ OtherObj: { o1: { _id: 'o1', note: 'n' } } });
    expect(Object.keys(knownOf(aPairOf({ hooks: { during: hook } }), 'crm', record, byId).fields)).toEqual([
      'name',
      'number',
    ]);
  });

  it('keeps all fields of the side where a hook during may have written any', () => {
    const hook = { kind: 'function' as const, file: 'd.js', source: 'x' };
    const erp = { master: { FName: 'Acme', FOther: '1' }, details: {} };
    expect(knownOf(aPairOf({ hooks: { during: hook } }), 'erp', erp, byId).fields).toEqual(erp.master);
    expect(knownOf(aPairOf({}), 'erp', erp, byId).fields).toEqual({ FName: 'Acme', FNumber: '' });
  });

  describe('of detail rows', () => {
    const details = [
      { source: 'ContactObj', dest: 'BD_Contact', fields: [aFieldMapping('FPhone', { from: 'phone' })] },
    ];
    const pair = aPairOf({ details });

    it('keeps each by its id, with the fields that matter', () => {
      const rows = [{ _id: 'x1', phone: '1', other: 'o' }, { phone: '2' }];
      const known = knownOf(pair, 'crm', { ...record, details: { ContactObj: rows, OtherObj: [] } }, byId);
      expect(known.rows).toEqual({ ContactObj: { x1: { phone: '1' }, '#1': { phone: '2' } } });
    });

    it('tells an empty list from a detail object that is not in the snapshot', () => {
      const empty = knownOf(pair, 'crm', { ...record, details: { ContactObj: [] } }, byId);
      expect(empty.rows).toEqual({ ContactObj: {} });
      expect(knownOf(pair, 'crm', record, byId).rows).toEqual({});
    });
  });
});

import { RefusedRequest } from '@syncline/contract';
import { Parameters } from './parameters.ts';

const parse = (fields: Record<string, unknown>) => Parameters.parse(JSON.stringify(fields));

function refusal(ask: () => unknown): string {
  try {
    ask();
  } catch (error) {
    if (error instanceof RefusedRequest) return error.message;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('the parameters of a call', () => {
  it.each(['', '{', '[]', '"x"', 'null', '7'])('are a JSON object, not %j', (body) => {
    expect(refusal(() => Parameters.parse(body))).toMatch(/^\$: the body is not (JSON|a JSON object)$/);
  });

  it('take a number as all of its digits', () => {
    expect(Parameters.parse('{"id":12345678901234567890}').required('id')).toBe('12345678901234567890');
  });

  it.each([undefined, null, ''])('take %j as absent', (id) => {
    expect(parse({ id }).optional('id')).toBeUndefined();
    expect(refusal(() => parse({ id }).required('id'))).toBe('$.id: is required');
  });

  it('have no names but their own', () => {
    expect(parse({}).optional('constructor')).toBeUndefined();
    expect(parse({}).optional('__proto__')).toBeUndefined();
    expect(Parameters.parse('{"__proto__":"x"}').required('__proto__')).toBe('x');
  });

  it.each([[{}], [[]]])('refuse %j for a text', (id) => {
    expect(refusal(() => parse({ id }).optional('id'))).toBe('$.id: expected a text');
  });

  it('refuse a text over 512 bytes, counted in bytes', () => {
    expect(parse({ id: 'x'.repeat(512) }).required('id')).toHaveLength(512);
    expect(refusal(() => parse({ id: '客'.repeat(171) }).required('id'))).toBe('$.id: longer than 512 bytes');
  });
});

describe('one of a few words', () => {
  it('is that word', () => {
    expect(parse({ type: 'unit' }).oneOf('type', ['unit', 'option'])).toBe('unit');
  });

  it('is refused with the words that there are', () => {
    const ask = () => parse({ type: 'Unit' }).oneOf('type', ['unit', 'option']);
    expect(refusal(ask)).toBe('$.type: expected one of unit, option');
  });
});

describe('a list of ids', () => {
  it('takes texts and numbers', () => {
    expect(parse({ ids: ['a', 7] }).list('ids', 2)).toEqual(['a', '7']);
    expect(parse({ ids: [] }).list('ids', 2)).toEqual([]);
  });

  it.each([
    [undefined, '$.ids: expected a list of ids'],
    ['a', '$.ids: expected a list of ids'],
    [['a', 'b', 'c'], '$.ids: 3 ids; a query takes at most 2, so send several'],
    [['a', ''], '$.ids[1]: expected an id'],
    [[{}], '$.ids[0]: expected an id'],
    [[null], '$.ids[0]: expected an id'],
  ])('refuses %j', (ids, message) => {
    expect(refusal(() => parse({ ids }).list('ids', 2))).toBe(message);
  });
});

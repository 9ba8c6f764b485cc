import { parseJson, RefusedRequest, stringifyJson } from '@syncline/contract';
import { checkStandardBody, recordTextOf, type StandardBody } from './standard-body.ts';

const expected = { objectApiName: 'BD_Customer', idField: 'FCUSTID', id: '7' };

const body = (text: string, over: Partial<StandardBody> = {}): StandardBody => ({
  bytes: Buffer.from(text),
  contentType: 'application/json',
  format: 'json',
  ...over,
});

const standard = (over: Record<string, unknown> = {}): string =>
  JSON.stringify({ objAPIName: 'BD_Customer', masterFieldVal: { FName: 'Acme' }, ...over });

function refusalOf(text: string, over: Partial<StandardBody> = {}): RefusedRequest {
  try {
    checkStandardBody(body(text, over), expected);
  } catch (error) {
    if (error instanceof RefusedRequest) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('checkStandardBody', () => {
  it('gives the record, with no details where none are sent', () => {
    const record = checkStandardBody(body(standard()), expected);
    expect(JSON.parse(record)).toEqual({ master: { FName: 'Acme' }, details: {} });
  });

  it('takes detailFieldVals null for none', () => {
    const record = checkStandardBody(body(standard({ detailFieldVals: null })), expected);
    expect(JSON.parse(record)).toEqual({ master: { FName: 'Acme' }, details: {} });
  });

  it('keeps every digit and every key', () => {
    const master =
      '{"n":12345678901234567890.10,"e":1e400,"__proto__":{"x":1},"$where":"a.b","constructor":null}';
    const text = `{"objAPIName":"BD_Customer","masterFieldVal":${master},"detailFieldVals":{"D":[{"q":1.50}]}}`;
    const record = checkStandardBody(body(text), expected);
    expect(record).toBe(`{"master":${master},"details":{"D":[{"q":1.50}]}}`);
    expect(stringifyJson(parseJson(record))).toBe(record);
  });

  it('gives the same record from the cached bytes', () => {
    const bytes = Buffer.from(`\ufeff${standard({ detailFieldVals: { D: [{ a: '客户' }] } })}`);
    expect(recordTextOf(bytes, 'application/json')).toBe(checkStandardBody(body('', { bytes }), expected));
  });

  it('takes JSON that comes as text', () => {
    const record = checkStandardBody(
      body(standard(), { contentType: 'text/plain', format: 'text' }),
      expected,
    );
    expect(JSON.parse(record)).toMatchObject({ master: { FName: 'Acme' } });
  });

  it('reads the charset that the content type names', () => {
    const text = Buffer.concat([
      Buffer.from('{"objAPIName":"BD_Customer","masterFieldVal":{"FName":"'),
      Buffer.from([0xbf, 0xcd, 0xbb, 0xa7]),
      Buffer.from('"}}'),
    ]);
    const contentType = 'application/json; charset=gbk';
    expect(checkStandardBody(body('', { bytes: text, contentType }), expected)).toContain('客户');
    expect(refusalOf('', { bytes: text }).message).toContain('$: the bytes are not text in utf-8');
  });

  it.each([
    ['7', '"7"'],
    ['7', '7'],
    ['12345678901234567890', '12345678901234567890'],
    ['1.10', '1.10'],
    ['true', 'true'],
  ])('takes the id %s for a master that says %s', (id, value) => {
    const text = `{"objAPIName":"BD_Customer","masterFieldVal":{"FCUSTID":${value}}}`;
    expect(() => checkStandardBody(body(text), { ...expected, id })).not.toThrow();
  });

  it.each(['null', '""'])('takes %s in the id field for an id that is not there', (value) => {
    const text = `{"objAPIName":"BD_Customer","masterFieldVal":{"FCUSTID":${value}}}`;
    expect(() => checkStandardBody(body(text), expected)).not.toThrow();
  });

  it.each([
    ['', '$: the body is empty'],
    ['<r/>', '$: the body is not JSON'],
    ['{"objAPIName":', '$: the body is not JSON'],
    ['[]', '$: expected an object, found a list'],
    ['null', '$: expected an object, found null'],
    ['7', '$: expected an object, found a number'],
    ['{}', '$.objAPIName: expected a text, found nothing'],
    [standard({ objAPIName: 7 }), '$.objAPIName: expected a text, found a number'],
    [standard({ objAPIName: 'BD_Order' }), '$.objAPIName: it is "BD_Order"'],
    [standard({ masterFieldVal: undefined }), '$.masterFieldVal: expected an object, found nothing'],
    [standard({ masterFieldVal: [] }), '$.masterFieldVal: expected an object, found a list'],
    [standard({ detailFieldVals: [] }), '$.detailFieldVals: expected an object, found a list'],
    [standard({ detailFieldVals: { 'a.b': {} } }), '$.detailFieldVals["a.b"]: expected a list of objects'],
    [
      standard({ detailFieldVals: { D: [{}, 1] } }),
      '$.detailFieldVals["D"][1]: expected an object, found a number',
    ],
    [standard({ masterFieldVal: { FCUSTID: '8' } }), '$.masterFieldVal["FCUSTID"]: it is "8"'],
    [standard({ masterFieldVal: { FCUSTID: {} } }), '$.masterFieldVal["FCUSTID"]: it is "{}"'],
  ])('refuses %s with its path', (text, message) => {
    expect(refusalOf(text)).toMatchObject({ errorName: 'badBody' });
    expect(refusalOf(text).message).toContain(message);
  });

  it('refuses XML with an id, whatever is in it', () => {
    expect(refusalOf(standard(), { format: 'xml', contentType: 'text/xml' }).message).toContain('JSON only');
  });

  it('takes 64 levels, and refuses 65 before it parses them', () => {
    const nested = (levels: number): string =>
      standard({ masterFieldVal: { a: 'HERE' } }).replace(
        '"HERE"',
        '['.repeat(levels - 2) + ']'.repeat(levels - 2),
      );
    expect(() => checkStandardBody(body(nested(64)), expected)).not.toThrow();
    expect(refusalOf(nested(65)).message).toContain('$: nested deeper than 64 levels');
    expect(refusalOf('['.repeat(1_000_000)).message).toContain('nested deeper');
  });

  it('does not take what objects inherit for members', () => {
    const named = { ...expected, idField: 'constructor' };
    expect(() => checkStandardBody(body(standard()), named)).not.toThrow();
    expect(refusalOf('{"__proto__":{"objAPIName":"BD_Customer","masterFieldVal":{}}}').message).toContain(
      '$.objAPIName: expected a text, found nothing',
    );
  });
});

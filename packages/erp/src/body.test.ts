import { parseJson, stringifyJson } from '@syncline/contract';
import { readBody, writeBody, type BodyFormat } from './body.ts';

const record = {
  objAPIName: 'BD_Customer',
  masterFieldVal: parseJson(
    '{"code":"00123","phone":"+8613800138000","big":9007199254740993,"exp":1e5}',
  ) as never,
  detailFieldVals: { BD_Contact: [{ FPhone: '1.10' }] },
};

describe('writeBody', () => {
  it('writes the standard record as JSON with every digit', () => {
    expect(writeBody('json', record)).toBe(
      '{"objAPIName":"BD_Customer","masterFieldVal":{"code":"00123","phone":"+8613800138000",' +
        '"big":9007199254740993,"exp":1e5},"detailFieldVals":{"BD_Contact":[{"FPhone":"1.10"}]}}',
    );
    expect(writeBody('text', record)).toBe(writeBody('json', record));
  });

  it('writes it as XML under the root syncData', () => {
    expect(writeBody('xml', record)).toContain(
      '<syncData><objAPIName>BD_Customer</objAPIName><masterFieldVal><code>00123</code>' +
        '<phone>+8613800138000</phone><big>9007199254740993</big><exp>1e5</exp></masterFieldVal>',
    );
  });
});

describe('readBody', () => {
  const read = (format: BodyFormat, text: string, contentType?: string): string =>
    stringifyJson(readBody(format, Buffer.from(text), contentType));

  it.each(['json', 'text'] as const)('keeps digits and order of %s', (format) => {
    const text = '{"b":12345678901234567890,"a":1.10,"e":1e400,"z":-0}';
    expect(read(format, text)).toBe(text);
  });

  it('gives the content of an XML root', () => {
    expect(read('xml', '<reply><code>0</code><data><n>00123</n></data></reply>')).toBe(
      '{"code":"0","data":{"n":"00123"}}',
    );
  });

  it('reads a body in its charset', () => {
    const gbk = Buffer.from('7b2261223a22bfcdbba7227d', 'hex');
    expect(readBody('text', gbk, 'text/plain; charset=GBK')).toEqual({ a: '客户' });
    expect(() => readBody('text', gbk)).toThrow('not text in utf-8');
  });

  it('takes a byte order mark', () => {
    expect(read('json', '\ufeff{"a":1}')).toBe('{"a":1}');
  });

  it.each([
    ['an empty body', '', 'the body is empty'],
    ['white space', ' \n', 'the body is empty'],
    ['cut JSON', '{"code":"0","data":{', 'not JSON'],
    ['HTML', '<!DOCTYPE html><html></html>', 'not JSON'],
    ['hostile depth', '['.repeat(100_000), 'levels deep'],
  ])('refuses %s', (_name, text, message) => {
    expect(() => read('json', text)).toThrow(message);
  });
});

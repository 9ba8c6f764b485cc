import { RefusedRequest } from '@syncline/contract';
import { adapterHeaders, readHeaders } from './headers.ts';

/** A header's value as Node gives it: one character for each byte. */
const onWire = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

describe('readHeaders', () => {
  it('reads names in any case, and gives empty text for what is absent', () => {
    const headers = readHeaders(['TOKEN', 't', 'tenantid', '81138', 'Content-Type', 'application/json']);
    expect(headers).toMatchObject({ token: 't', tenantId: '81138', contentType: 'application/json', id: '' });
  });

  it.each([
    'token',
    'tenantId',
    'dataCenterId',
    'objectApiName',
    'version',
    'operationType',
    'id',
    'content-type',
  ])('refuses %s when it comes twice, and names it', (name) => {
    const read = () => readHeaders([name, 'a', 'x', 'y', name.toUpperCase(), 'a']);
    expect(read).toThrow(RefusedRequest);
    expect(read).toThrow(`The header ${name} was sent more than once`);
  });

  it('refuses a second one though the first is empty', () => {
    expect(() => readHeaders(['id', '', 'id', '7'])).toThrow(RefusedRequest);
  });

  it('joins a content encoding that comes twice, so that it is refused as a double one', () => {
    expect(readHeaders(['content-encoding', 'gzip', 'content-encoding', 'gzip']).contentEncoding).toBe(
      'gzip, gzip',
    );
  });

  it('reads UTF-8, and Latin-1 where the bytes are no UTF-8', () => {
    expect(readHeaders(['id', onWire('客户 A-1')]).id).toBe('客户 A-1');
    expect(readHeaders(['id', 'Müller']).id).toBe('Müller');
  });

  it('takes header names of Object.prototype for nothing', () => {
    expect(readHeaders(['__proto__', 'x', 'constructor', 'y', 'id', '1']).id).toBe('1');
  });
});

describe('adapterHeaders', () => {
  it('gives all headers in small letters, repeated ones joined, and no secret', () => {
    const raw = [
      'Token',
      's1',
      'Authorization',
      's2',
      'Cookie',
      's3',
      'X-Kind',
      onWire('单据'),
      'X-A',
      '1',
      'x-a',
      '2',
    ];
    expect(adapterHeaders(raw)).toEqual({ 'x-kind': '单据', 'x-a': '1, 2' });
  });

  it('keeps a header named __proto__ as data', () => {
    expect(Object.entries(adapterHeaders(['__proto__', 'x']))).toEqual([['__proto__', 'x']]);
  });
});

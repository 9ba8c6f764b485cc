import { RefusedRequest } from '@syncline/contract';
import { formatOf } from './body-format.ts';

describe('formatOf', () => {
  it.each([
    ['application/json', 'json'],
    ['Application/JSON; charset=utf-8', 'json'],
    ['text/json', 'json'],
    ['application/vnd.acme+json', 'json'],
    ['application/xml', 'xml'],
    ['text/xml;charset=gbk', 'xml'],
    ['application/soap+xml', 'xml'],
    ['text/plain', 'text'],
  ])('takes %s for %s', (contentType, format) => {
    expect(formatOf(contentType, Buffer.from('1'))).toBe(format);
  });

  it.each([
    '',
    'application/octet-stream',
    'multipart/form-data; boundary=x',
    'text/html',
    'application/jsonx',
    'json',
  ])('refuses %j', (contentType) => {
    expect(() => formatOf(contentType, Buffer.from('1'))).toThrow(RefusedRequest);
    expect(() => formatOf(contentType, Buffer.from('1'))).toThrow('The content type');
  });

  it.each([
    ['application/json; charset=klingon', '{}', 'The charset "klingon"'],
    ['text/plain;charset="UTF-7"', 'x', 'The charset "utf-7"'],
    ['application/xml', '<?xml version="1.0" encoding="EBCDIC-CP-US"?><r/>', 'The charset "ebcdic-cp-us"'],
  ])('refuses a charset that nobody can read: %s %s', (contentType, body, words) => {
    expect(() => formatOf(contentType, Buffer.from(body))).toThrow(words);
    expect(() => formatOf(contentType, Buffer.from(body))).toThrow(
      expect.objectContaining({ errorName: 'badContentType' }) as Error,
    );
  });

  it('lets a charset of the header count and not that of the declaration', () => {
    const xml = Buffer.from('<?xml version="1.0" encoding="klingon"?><r/>');
    expect(formatOf('application/xml; charset=utf-8', xml)).toBe('xml');
  });
});

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
    expect(formatOf(contentType)).toBe(format);
  });

  it.each([
    '',
    'application/octet-stream',
    'multipart/form-data; boundary=x',
    'text/html',
    'application/jsonx',
    'json',
  ])('refuses %j', (contentType) => {
    expect(() => formatOf(contentType)).toThrow(RefusedRequest);
    expect(() => formatOf(contentType)).toThrow('The content type');
  });
});

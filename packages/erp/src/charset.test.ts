import { UnknownCharset, UnreadableBody } from './body-errors.ts';
import { checkCharset, decodeBeginning, decodeText } from './charset.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const customer = {
  gbk: hex('bfcd bba7'),
  big5: hex('ab c8 a4 e1'),
  le: hex('a25b 3762'),
  be: hex('5ba2 6237'),
};
const xmlIn = (encoding: string, content: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(`<?xml version="1.0" encoding="${encoding}"?><r>`),
    content,
    Buffer.from('</r>'),
  ]);
const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

describe('decodeText', () => {
  it.each(['GBK', 'gb2312', 'GB18030', '"gbk"', "'gbk'", 'cp936', 'x-gbk'])('reads charset=%s', (charset) => {
    expect(decodeText(customer.gbk, `application/json; charset=${charset}`)).toBe('客户');
  });

  it.each([
    ['a character beyond GBK that GB18030 has, whatever it is called', 'gbk', hex('9532 8236'), '𠀀'],
    ['the euro of Windows', 'gbk', hex('80'), '€'],
    ['Big5', 'big5', customer.big5, '客戶'],
    ['Latin 1', 'ISO-8859-1', hex('fc'), 'ü'],
    ['Shift JIS', 'shift_jis', hex('8b71'), '客'],
    ['UTF-16LE', 'utf-16le', customer.le, '客户'],
    ['UTF-16BE', 'UTF-16BE', customer.be, '客户'],
    ['UTF-16 of Windows, without a mark', 'utf-16', customer.le, '客户'],
    ['UTF-16 whose first character shows its order', 'utf-16', utf16be('{"客":1}'), '{"客":1}'],
    ['UTF-16 with a mark', 'utf-16', Buffer.concat([hex('feff'), customer.be]), '客户'],
  ])('reads %s', (_name, charset, bytes, text) => {
    expect(decodeText(bytes, `text/plain; charset=${charset}`)).toBe(text);
  });

  it.each([
    ['UTF-8', Buffer.from('\ufeff客户')],
    ['UTF-16LE', Buffer.concat([hex('fffe'), customer.le])],
    ['UTF-16BE', Buffer.concat([hex('feff'), customer.be])],
  ])('believes a byte order mark of %s more than a header', (_name, bytes) => {
    expect(decodeText(bytes)).toBe('客户');
    expect(decodeText(bytes, 'application/json; charset=gbk')).toBe('客户');
  });

  it.each([
    ['LE', Buffer.from('<?xml version="1.0" encoding="UTF-16"?><r>客户</r>', 'utf16le')],
    ['BE', utf16be('<?xml version="1.0" encoding="UTF-16"?><r>客户</r>')],
  ])('sees UTF-16%s without a mark or a header', (_name, bytes) => {
    expect(decodeText(bytes, 'text/xml')).toContain('<r>客户</r>');
  });

  it('reads the charset of an XML declaration where the header names none', () => {
    expect(decodeText(xmlIn('GB2312', customer.gbk), 'application/xml')).toContain('<r>客户</r>');
    expect(decodeText(xmlIn('GBK', Buffer.from('客户')), 'text/xml; charset=utf-8')).toContain('<r>客户</r>');
  });

  it('takes the UTF-8 of a .NET string that declares UTF-16', () => {
    expect(decodeText(xmlIn('utf-16', Buffer.from('客户')))).toContain('<r>客户</r>');
  });

  it('refuses a charset that it does not know, by name', () => {
    const refused = (bytes: Buffer, contentType?: string) => () => decodeText(bytes, contentType);
    expect(refused(customer.gbk, 'text/plain; charset=x-klingon')).toThrow(UnknownCharset);
    expect(refused(customer.gbk, 'text/plain; charset=x-klingon')).toThrow('"x-klingon"');
    expect(refused(xmlIn('utf-32', customer.gbk))).toThrow('"utf-32"');
    expect(refused(customer.gbk, 'text/plain; charset=constructor')).toThrow('"constructor"');
  });

  it.each([
    ['GBK as UTF-8', customer.gbk, 'application/json', 'utf-8'],
    ['UTF-8 as GBK', Buffer.from('客"'), 'application/json; charset=gbk', 'gb18030'],
    ['half a character', hex('81'), 'text/plain; charset=gb18030', 'gb18030'],
    ['half a pair', hex('00d8 4100'), 'text/plain; charset=utf-16le', 'utf-16le'],
  ])('refuses %s instead of guessing', (_name, bytes, contentType, charset) => {
    expect(() => decodeText(bytes, contentType)).toThrow(UnreadableBody);
    expect(() => decodeText(bytes, contentType)).toThrow(`not text in ${charset}`);
  });
});

describe('checkCharset', () => {
  it('judges the charset and not the bytes', () => {
    expect(() => checkCharset(customer.gbk)).not.toThrow();
    expect(() => checkCharset(customer.gbk, 'text/plain; charset=gbk')).not.toThrow();
    expect(() => checkCharset(customer.gbk, 'text/plain; charset=nope')).toThrow(UnknownCharset);
  });
});

describe('decodeBeginning', () => {
  it('leaves out a character that the cut went through', () => {
    expect(decodeBeginning(Buffer.from('a客户'), 5)).toBe('a客');
    expect(decodeBeginning(customer.gbk, 3, 'text/html; charset=gbk')).toBe('客');
  });

  it('shows something of bytes that are no text', () => {
    expect(decodeBeginning(hex('61ff62'), 10)).toBe('a\ufffdb');
    expect(decodeBeginning(hex('61ff62'), 10, 'text/plain; charset=nope')).toBe('aÿb');
  });
});

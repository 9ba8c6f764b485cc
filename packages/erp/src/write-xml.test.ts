import { parseJson, type Json } from '@syncline/contract';
import { UnwritableBody } from './body-errors.ts';
import { writeXml } from './write-xml.ts';
import { parseXml } from './xml.ts';

describe('writeXml', () => {
  const body = (value: Json): string => writeXml('syncData', value).replace(/^<\?xml[^>]*\?>/, '');

  it('writes one element per key and repeats it for a list', () => {
    expect(body({ a: '1', b: [{ c: 'x' }, { c: 'y' }], d: [], e: null, f: true })).toBe(
      '<syncData><a>1</a><b><c>x</c></b><b><c>y</c></b><e></e><f>true</f></syncData>',
    );
  });

  it('keeps every digit', () => {
    expect(body(parseJson('{"id":9007199254740993,"price":1.10}'))).toBe(
      '<syncData><id>9007199254740993</id><price>1.10</price></syncData>',
    );
  });

  it('gives back what it was given', () => {
    const value = { 字段: 'a<b>&"\'\r\n\t客户 ]]>', _x: '00123', __proto__x: ' ' };
    expect(parseXml(writeXml('syncData', value)).value).toEqual(value);
  });

  it.each([
    ['a name with a space', { 'a b': '1' }],
    ['a name that is markup', { '<x>': '1' }],
    ['a name that begins with $', { $k: '1' }],
    ['a name that begins with a digit', { '1a': '1' }],
    ['an empty name', { '': '1' }],
    ['a name with a prefix', { 'a:b': '1' }],
    ['a control character', { a: 'x\0y' }],
    ['a lone surrogate', { a: '\ud800' }],
    ['a list in a list', { a: [['1']] }],
  ])('refuses %s and names the path', (_name, value) => {
    expect(() => writeXml('syncData', { masterFieldVal: value })).toThrow(UnwritableBody);
    expect(() => writeXml('syncData', { masterFieldVal: value })).toThrow(/syncData\.masterFieldVal\./);
  });
});

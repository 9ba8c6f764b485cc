import { parseJson, type Json } from '@syncline/contract';
import { UnreadableBody, UnwritableBody } from './body-errors.ts';
import { maxXmlBytes, parseXml, writeXml } from './xml.ts';

const valueOf = (text: string): Json => parseXml(text).value;

describe('parseXml', () => {
  it.each(['00123', '+8613800138000', '1e5', '0x1F', '1.10', '9007199254740993', 'true', ' padded '])(
    'keeps %s as it is written',
    (value) => {
      expect(valueOf(`<r><a>${value}</a></r>`)).toEqual({ a: value });
    },
  );

  it('names the root and takes any', () => {
    expect(parseXml('<?xml version="1.0"?>\n<!-- hi -->\n<anyName><code>0</code></anyName>')).toEqual({
      root: 'anyName',
      value: { code: '0' },
    });
  });

  it('turns repeated elements into a list, and leaves a single one alone', () => {
    expect(valueOf('<r><a>1</a><b>x</b><a>2</a></r>')).toEqual({ a: ['1', '2'], b: 'x' });
  });

  it('drops white space between elements and keeps it inside values', () => {
    expect(valueOf('<r>\n  <a>  x </a>\n</r>')).toEqual({ a: '  x ' });
  });

  it('keeps element names that mean something to JavaScript', () => {
    const text = '<r><__proto__>1</__proto__><constructor>2</constructor><toString/><text>3</text></r>';
    expect(Object.entries(valueOf(text) as object)).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
      ['toString', ''],
      ['text', '3'],
    ]);
    expect(({} as Record<string, unknown>)['1']).toBeUndefined();
  });

  it('decodes the predefined entities and character references once, and nothing in CDATA', () => {
    expect(valueOf('<r><a>&lt;b&gt; &amp;amp; &quot;&apos; &#23458;&#x6237;</a></r>')).toEqual({
      a: '<b> &amp; "\' 客户',
    });
    expect(valueOf('<r><a>x<![CDATA[&amp;<b>]]>y</a></r>')).toEqual({ a: 'x&amp;<b>y' });
  });

  it('takes CDATA and comments that speak of a DOCTYPE as text', () => {
    expect(valueOf('<r><!-- <!DOCTYPE x> --><a><![CDATA[<!DOCTYPE html>]]></a></r>')).toEqual({
      a: '<!DOCTYPE html>',
    });
  });

  it.each([
    ['plain text', 'plain'],
    ['an unclosed element', '<r><a>'],
    ['a login page', '<html><body><br></body></html>'],
    ['two roots', '<r/><r/>'],
    ['text after the root', '<r/>tail'],
    ['an unknown entity', '<r>&foo;</r>'],
    ['a lone ampersand', '<r>a & b</r>'],
    ['a character reference to NUL', '<r>&#0;</r>'],
    ['a character reference beyond Unicode', '<r>&#x110000;</r>'],
    ['an external entity', '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>'],
    ['a DOCTYPE after the root', '<r/><!DOCTYPE r>'],
    ['billions of laughs', '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><r>&b;</r>'],
    ['an unclosed comment', '<r/><!-- '],
    ['elements 65 deep', `${'<a>'.repeat(66)}${'</a>'.repeat(66)}`],
    ['a body over the limit', `<r>${'x'.repeat(maxXmlBytes)}</r>`],
  ])('refuses %s', (_name, text) => {
    expect(() => parseXml(text)).toThrow(UnreadableBody);
  });

  it.each([
    ['attributes', `<r ${'a="1" '.repeat(50_000)}/>`],
    ['open angles', '<a'.repeat(200_000)],
    ['comments', `<r>${'<!-- -->'.repeat(100_000)}</r>`],
    ['comment starts', `<r>${'<!-- '.repeat(200_000)}`],
    ['ampersands', `<r>${'&#'.repeat(200_000)}</r>`],
    ['depth', '<a>'.repeat(200_000)],
  ])('is done with a flood of %s in under a second', (_name, text) => {
    const startedAt = Date.now();
    try {
      parseXml(text);
    } catch (error) {
      expect(error).toBeInstanceOf(UnreadableBody);
    }
    expect(Date.now() - startedAt).toBeLessThan(1_000);
  });
});

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
    expect(valueOf(writeXml('syncData', value))).toEqual(value);
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

import type { Json } from '@syncline/contract';
import { UnreadableBody } from './body-errors.ts';
import { maxXmlBytes, parseXml } from './xml.ts';

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

  it('keeps attributes as @name, and text beside them as #text', () => {
    expect(valueOf('<r no="007" a="1 &lt; 2"><w unit="kg">1.50</w><e nil="true"/></r>')).toEqual({
      '@no': '007',
      '@a': '1 < 2',
      w: { '@unit': 'kg', '#text': '1.50' },
      e: { '@nil': 'true' },
    });
    const odd = Object.keys(valueOf('<r __proto__="1" constructor="2"/>') as object);
    expect(odd).toEqual(['@__proto__', '@constructor']);
  });

  const soap =
    '<s:Envelope xmlns:s="http://soap" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns="urn:x">' +
    '<s:Body><d:code i:type="x:string" d:kind="a">0</d:code><d:gone i:nil="true"/><none i:nil="0">x</none></s:Body></s:Envelope>';

  it('keeps prefixes, and no declarations of namespaces', () => {
    expect(parseXml(soap)).toEqual({
      root: 's:Envelope',
      value: {
        's:Body': { 'd:code': { '@d:kind': 'a', '#text': '0' }, 'd:gone': null, none: 'x' },
      },
    });
  });

  it('leaves out prefixes and attributes of an answer', () => {
    expect(parseXml(soap, { isPlain: true })).toEqual({
      root: 'Envelope',
      value: { Body: { code: '0', gone: null, none: 'x' } },
    });
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
    ['an unknown entity in an attribute', '<r a="&foo;"/>'],
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
    ['different attributes', `<r ${Array.from({ length: 20_000 }, (_, n) => `a${n}="&lt;"`).join(' ')}/>`],
    ['namespaces', `<r ${'xmlns:'.repeat(100_000)}/>`],
    ['white space in a namespace', `<r xmlns:a${' '.repeat(200_000)}/>`],
    ['open angles', '<a'.repeat(200_000)],
    ['comments', `<r>${'<!-- -->'.repeat(100_000)}</r>`],
    ['comment starts', `<r>${'<!-- '.repeat(200_000)}`],
    ['ampersands', `<r>${'&#'.repeat(200_000)}</r>`],
    ['depth', '<a>'.repeat(200_000)],
  ])('is done with a flood of %s in under a second of its own', (_name, text) => {
    // Not by the clock: others may have the processor.
    const before = process.cpuUsage();
    try {
      parseXml(text);
    } catch (error) {
      expect(error).toBeInstanceOf(UnreadableBody);
    }
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(1_000);
  });
});

import { parseXml, writeXml } from './xml.ts';

describe('the XML of the sandbox ERP', () => {
  it('reads what it writes', () => {
    const value = { code: '0', data: { name: `A & B <"c">`, rows: [{ id: '1' }, { id: '2' }], empty: '' } };
    expect(parseXml(writeXml('syncData', value))).toEqual(value);
  });

  it('keeps values as text and takes repeated elements as a list', () => {
    expect(parseXml('<?xml version="1.0"?><r a="1"><n>00123</n><n><![CDATA[<1>]]></n><e/></r>')).toEqual({
      n: ['00123', '<1>'],
      e: '',
    });
  });

  it.each(['<a>', '<a></b>', 'plain', '<!DOCTYPE x><a>1</a>', ''])('refuses %j', (xml) => {
    expect(() => parseXml(xml)).toThrow(SyntaxError);
  });

  it('refuses to write a key that is no element name', () => {
    expect(() => writeXml('syncData', { 'a b': 1 })).toThrow('"a b" is no name');
  });
});

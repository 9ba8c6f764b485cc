import { isJsonObject, textOf, type Json, type JsonObject } from '@syncline/contract';

const elementName = /^[A-Za-z_][\w.-]*$/;
const token =
  /<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<(\/?)([A-Za-z_][\w.-]*)[^<>]*?(\/?)>|([^<]+)/y;
const entities = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

/**
 * The value of an XML document: its root's content. Values are text; repeated elements become a list (contract 4).
 * Attributes are not read and a DOCTYPE is refused.
 * @throws SyntaxError when it is not well-formed
 */
export function parseXml(xml: string): Json {
  const root = { name: '', content: new Map<string, Json[]>(), text: '' };
  const open = [root];
  token.lastIndex = 0;
  while (token.lastIndex < xml.length) {
    const found = token.exec(xml);
    if (found === null) throw new SyntaxError('the XML cannot be read');
    const [, cdata, closing, name, selfClosed, text] = found;
    const top = open.at(-1) ?? root;
    if (cdata !== undefined) top.text += cdata;
    else if (text !== undefined) top.text += unescape(text);
    else if (name === undefined) continue;
    else if (closing === '') {
      open.push({ name, content: new Map(), text: '' });
      if (selfClosed === '/') close(open, name);
    } else close(open, name);
  }
  const value = [...root.content.values()][0]?.[0];
  if (open.length !== 1 || value === undefined) throw new SyntaxError('the XML does not end well');
  return value;
}

interface OpenElement {
  name: string;
  content: Map<string, Json[]>;
  text: string;
}

function close(open: OpenElement[], name: string): void {
  const element = open.pop();
  const parent = open.at(-1);
  if (element?.name !== name || parent === undefined) throw new SyntaxError(`</${name}> closes nothing`);
  const value = element.content.size === 0 ? element.text : valueOf(element.content);
  parent.content.set(name, [...(parent.content.get(name) ?? []), value]);
}

function valueOf(content: Map<string, Json[]>): JsonObject {
  return Object.fromEntries(
    [...content].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]),
  );
}

function unescape(text: string): string {
  return text.replace(/&(#x?[0-9a-fA-F]+|\w+);/g, (whole, name: string) => {
    if (!name.startsWith('#')) return entities.get(name) ?? whole;
    return String.fromCodePoint(name.startsWith('#x') ? parseInt(name.slice(2), 16) : Number(name.slice(1)));
  });
}

/**
 * A value as one element.
 * @throws SyntaxError for a key that is no element name
 */
export function writeXml(name: string, value: Json): string {
  if (!elementName.test(name)) throw new SyntaxError(`"${name}" is no name of an XML element`);
  if (Array.isArray(value)) return value.map((one) => writeXml(name, one)).join('');
  const content = isJsonObject(value)
    ? Object.entries(value)
        .map(([key, one]) => writeXml(key, one))
        .join('')
    : textOf(value).replace(/[<>&]/g, (sign) => (sign === '<' ? '&lt;' : sign === '>' ? '&gt;' : '&amp;'));
  return `<${name}>${content}</${name}>`;
}

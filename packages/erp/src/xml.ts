import { isExactNumber, isJsonObject, type Json, type JsonObject } from '@syncline/contract';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { UnreadableBody, UnwritableBody } from './body-errors.ts';

/** Parsing blocks the process for about 0.3 s a MiB at worst, so XML has a lower limit than other bodies. */
export const maxXmlBytes = 10 * 1024 * 1024;
const maxDepth = 64;

// The parser refuses elements named `constructor` and takes `#text` for itself. With a dot before it, which no XML name
// may begin with, every name is data. An empty element passes the transform twice, hence "all leading dots" below.
const prefix = '.';
const parser = new XMLParser({
  preserveOrder: true,
  // the defaults turn 00123 into 123 and 1e5 into 100000
  parseTagValue: false,
  parseAttributeValue: false,
  ignoreAttributes: true,
  trimValues: false,
  // entities are decoded here, after the parser, and never in CDATA
  processEntities: false,
  cdataPropName: '#cdata',
  ignoreDeclaration: true,
  ignorePiTags: true,
  maxNestedTags: maxDepth,
  transformTagName: (name) => prefix + name,
});

type Node = Record<string, Node[] | string>;

/**
 * Parses an XML document without guessing: every leaf is text as it was written, repeated elements are lists.
 * @returns the root element's name, and its content as if it were JSON
 * @throws UnreadableBody for anything that is not one well-formed document without a DOCTYPE
 */
export function parseXml(text: string): { root: string; value: Json } {
  if (text.length > maxXmlBytes) throw new UnreadableBody(`XML is over ${maxXmlBytes} bytes`);
  refuseDoctype(text);
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- its successor is a package of its own, from the same code
  const valid = XMLValidator.validate(text);
  if (valid !== true)
    throw new UnreadableBody(`not XML: line ${valid.err.line}: ${valid.err.msg.slice(0, 200)}`);
  const [root, ...others] = parseNodes(text).filter((node) => !isBlankText(node));
  const name = root && Object.keys(root).find((key) => key.startsWith(prefix));
  // The validator lets a second root pass, and the parser drops text behind the first one.
  if (root === undefined || name === undefined || others.length > 0 || !text.trimEnd().endsWith('>')) {
    throw new UnreadableBody('not XML: no single root');
  }
  return { root: nameOf(name), value: contentOf(childrenOf(root, name)) };
}

function parseNodes(text: string): Node[] {
  try {
    return parser.parse(text) as Node[];
  } catch (error) {
    throw new UnreadableBody(
      `not XML: ${error instanceof Error ? error.message.slice(0, 200) : 'unknown error'}`,
    );
  }
}

/** A DOCTYPE defines entities: the source of XXE and of every expansion attack. It has no place in a reply. */
function refuseDoctype(text: string): void {
  for (let at = text.indexOf('<!'); at !== -1; at = text.indexOf('<!', at)) {
    const end = text.startsWith('<!--', at) ? '-->' : text.startsWith('<![CDATA[', at) ? ']]>' : null;
    if (end === null) throw new UnreadableBody('XML with a DOCTYPE is refused');
    const close = text.indexOf(end, at + 4);
    if (close === -1) throw new UnreadableBody('not XML: a comment or CDATA section has no end');
    at = close + end.length;
  }
}

const nameOf = (key: string): string => key.replace(/^\.+/, '');

function childrenOf(node: Node, key: string): Node[] {
  const children = node[key];
  return Array.isArray(children) ? children : [];
}

function textOfNode(node: Node): string | null {
  const text = node['#text'];
  if (typeof text === 'string') return decodeEntities(text);
  const cdata = node['#cdata'];
  if (!Array.isArray(cdata)) return null;
  return cdata.map((part) => (typeof part['#text'] === 'string' ? part['#text'] : '')).join('');
}

function isBlankText(node: Node): boolean {
  const text = node['#text'];
  return typeof text === 'string' && text.trim() === '';
}

function contentOf(nodes: Node[]): Json {
  const fields = Object.create(null) as JsonObject;
  let text = '';
  for (const node of nodes) {
    const name = Object.keys(node).find((key) => key.startsWith(prefix));
    if (name === undefined) text += textOfNode(node) ?? '';
    else addField(fields, nameOf(name), contentOf(childrenOf(node, name)));
  }
  if (Object.keys(fields).length === 0) return text;
  // Between elements white space is layout; anything else is kept under a key that no element can have.
  if (text.trim() !== '') fields['#text'] = text;
  return fields;
}

function addField(fields: JsonObject, name: string, value: Json): void {
  const earlier = fields[name];
  if (earlier === undefined) fields[name] = value;
  else if (Array.isArray(earlier)) earlier.push(value);
  else fields[name] = [earlier, value];
}

const namedEntities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The five predefined entities and character references; each becomes shorter, so nothing can expand. */
function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([a-z]{2,4}));|&/g,
    (whole, hex, decimal, name) => {
      const code =
        hex !== undefined ? parseInt(String(hex), 16) : decimal !== undefined ? Number(decimal) : null;
      const character = code === null ? namedEntities[String(name)] : characterOf(code);
      if (character === undefined) throw new UnreadableBody(`not XML: entity ${whole} is not defined`);
      return character;
    },
  );
}

function characterOf(code: number): string | undefined {
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
  const character = String.fromCodePoint(code);
  return notXml.test(character) ? undefined : character;
}

// XML 1.0, production 2: these characters cannot be written in any form. A lone surrogate is none either.

const notXml = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;
// No colon: a prefix would need a namespace declaration that we do not write.
const elementName = /^[\p{L}_][\p{L}\p{N}_.·-]*$/u;

/**
 * Writes a value as one XML element (contract 4): one element per key, arrays as repeated elements.
 *
 * Written here and not by the library's builder, which checks neither names nor characters: `<a b>` and `\0` would
 * leave as they are.
 * @throws UnwritableBody naming the path of what XML cannot carry
 */
export function writeXml(root: string, value: Json): string {
  const parts = ['<?xml version="1.0" encoding="UTF-8"?>'];
  writeElement(parts, root, value, root);
  return parts.join('');
}

function writeElement(parts: string[], name: string, value: Json | undefined, path: string): void {
  if (value === undefined) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const itemPath = `${path}[${index}]`;
      if (Array.isArray(item)) throw new UnwritableBody(`${itemPath}: XML cannot carry a list in a list`);
      writeElement(parts, name, item, itemPath);
    }
    return;
  }
  if (!elementName.test(name))
    throw new UnwritableBody(`${path}: "${name.slice(0, 80)}" cannot be an XML element`);
  parts.push('<', name, '>');
  if (isJsonObject(value)) {
    for (const key of Object.keys(value)) writeElement(parts, key, value[key], `${path}.${key}`);
  } else if (value !== null) {
    parts.push(escapeText(isExactNumber(value) ? value.rawJSON : String(value), path));
  }
  parts.push('</', name, '>');
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };

function escapeText(text: string, path: string): string {
  if (notXml.test(text) || !text.isWellFormed()) {
    throw new UnwritableBody(`${path}: holds a character that XML cannot carry`);
  }
  // A raw carriage return would be read as a line feed.
  return /[&<>\r]/.test(text) ? text.replace(/[&<>\r]/g, (character) => escapes[character] ?? '') : text;
}

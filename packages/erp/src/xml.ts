import type { Json, JsonObject } from '@syncline/contract';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { UnreadableBody } from './body-errors.ts';

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
  ignoreAttributes: false,
  attributeNamePrefix: '@',
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

export interface XmlOptions {
  /**
   * For answers of ERPs, whose fields are elements (contract 4): names without their namespace prefix, which every
   * serializer chooses for itself, and without attributes.
   */
  isPlain?: boolean;
}

/**
 * Parses an XML document without guessing: every leaf is text as it was written, repeated elements are lists, an
 * attribute is the key `@name`, and the text beside attributes or elements is `#text`. Declarations of namespaces and what
 * XML Schema says about an instance are no content; `xsi:nil="true"` is null.
 * @returns the root element's name, and its content as if it were JSON
 * @throws UnreadableBody for anything that is not one well-formed document without a DOCTYPE
 */
export function parseXml(text: string, { isPlain = false }: XmlOptions = {}): { root: string; value: Json } {
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
  const reading: Reading = { isPlain, instancePrefixes: instancePrefixesIn(text) };
  return { root: nameOf(name, reading), value: contentOf(root, name, reading) };
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

interface Reading {
  isPlain: boolean;
  /** bound to the namespace of XML Schema instances, as `xsi` is by custom and `i` by .NET */
  instancePrefixes: ReadonlySet<string>;
}

const instanceNamespace =
  /\bxmlns:([\p{L}_][\p{L}\p{N}_.-]{0,100})\s*=\s*["']http:\/\/www\.w3\.org\/2001\/XMLSchema-instance["']/gu;

function instancePrefixesIn(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(instanceNamespace)].map(([, name = '']) => name));
}

function nameOf(key: string, { isPlain }: Reading): string {
  const name = key.replace(/^\.+/, '');
  return isPlain ? name.slice(name.indexOf(':') + 1) : name;
}

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

/** An element's content, as if it were JSON. */
function contentOf(node: Node, key: string, reading: Reading): Json {
  const fields = Object.create(null) as JsonObject;
  if (readAttributes(node, fields, reading) === 'nil') return null;
  let text = '';
  for (const child of childrenOf(node, key)) {
    const name = Object.keys(child).find((one) => one.startsWith(prefix));
    if (name === undefined) text += textOfNode(child) ?? '';
    else addField(fields, nameOf(name, reading), contentOf(child, name, reading));
  }
  if (Object.keys(fields).length === 0) return text;
  // Between elements white space is layout; anything else is kept under a key that no element can have.
  if (text.trim() !== '') fields['#text'] = text;
  return fields;
}

/** The parser keeps attributes beside the element, as `@name`. */
function readAttributes(
  node: Node,
  fields: JsonObject,
  { isPlain, instancePrefixes }: Reading,
): 'nil' | null {
  const attributes = (node[':@'] ?? {}) as Record<string, unknown>;
  for (const [name, value] of Object.entries(attributes)) {
    const [space, local] = name.slice(1).split(':');
    const text = decodeEntities(String(value));
    if (instancePrefixes.has(space ?? '')) {
      if (local === 'nil' && /^(true|1)$/.test(text.trim())) return 'nil';
    } else if (!isPlain && space !== 'xmlns') fields[name] = text;
  }
  return null;
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
export const notXml = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;

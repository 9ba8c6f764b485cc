import { jsonDepth, parseJson, stringifyJson, type Json, type StandardRecord } from '@syncline/contract';
import { UnreadableBody } from './body-errors.ts';
import { parseXml, writeXml } from './xml.ts';

/** How a data center's bodies are written (contract 4). `text` is the JSON of `json` as `text/plain`. */
export type BodyFormat = 'json' | 'xml' | 'text';

export const contentTypes: Record<BodyFormat, string> = {
  json: 'application/json',
  xml: 'application/xml; charset=utf-8',
  text: 'text/plain; charset=utf-8',
};

const xmlRoot = 'syncData';
// Records may be 64 deep; an answer wraps them in `data.dataList[]` or whatever its `dataPath` says.
const maxJsonDepth = 80;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @throws UnwritableBody when the format cannot carry the record */
export function writeBody(format: BodyFormat, record: StandardRecord): string {
  // A record holds nothing but JSON: `StandardRecord` only narrows it.
  return format === 'xml' ? writeXml(xmlRoot, record as unknown as Json) : stringifyJson(record);
}

/**
 * Reads a body; numbers keep their digits. Of XML it gives the root's content, whatever the root is named.
 * @param contentType the header, for its charset
 * @throws UnreadableBody
 */
export function readBody(format: BodyFormat, bytes: Buffer, contentType?: string): Json {
  const text = decodeText(bytes, contentType);
  if (text.trim() === '') throw new UnreadableBody('the body is empty');
  if (format === 'xml') return parseXml(text).value;
  if (jsonDepth(text, maxJsonDepth) > maxJsonDepth)
    throw new UnreadableBody(`JSON is over ${maxJsonDepth} levels deep`);
  try {
    return parseJson(text);
  } catch {
    throw new UnreadableBody('not JSON');
  }
}

/**
 * Bytes to text by the charset of the header, else of the XML declaration, else UTF-8: older ERPs answer in GBK.
 * @throws UnreadableBody for an unknown charset, and for bytes that it does not have
 */
export function decodeText(bytes: Buffer, contentType?: string): string {
  const charset = (charsetOf(contentType) ?? declaredEncoding(bytes) ?? 'utf-8').toLowerCase();
  try {
    return (charset === 'utf-8' ? utf8 : new TextDecoder(charset, { fatal: true })).decode(bytes);
  } catch {
    throw new UnreadableBody(`the bytes are not text in ${charset.slice(0, 40)}`);
  }
}

function charsetOf(contentType: string | undefined): string | undefined {
  return contentType === undefined ? undefined : /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1];
}

function declaredEncoding(bytes: Buffer): string | undefined {
  const head = bytes.subarray(0, 120).toString('latin1');
  return head.startsWith('<?xml')
    ? /^<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(head)?.[1]
    : undefined;
}

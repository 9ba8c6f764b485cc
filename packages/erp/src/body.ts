import { jsonDepth, parseJson, stringifyJson, type Json, type StandardRecord } from '@syncline/contract';
import { UnreadableBody } from './body-errors.ts';
import { decodeText } from './charset.ts';
import { parseXml, type XmlOptions } from './xml.ts';
import { writeXml } from './write-xml.ts';

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

/** @throws UnwritableBody when the format cannot carry the record */
export function writeBody(format: BodyFormat, record: StandardRecord): string {
  // A record holds nothing but JSON: `StandardRecord` only narrows it.
  return format === 'xml' ? writeXml(xmlRoot, record as unknown as Json) : stringifyJson(record);
}

/**
 * Reads a body; numbers keep their digits. Of XML it gives the root's content, whatever the root is named.
 * @param contentType the header, for its charset
 * @param options for XML
 * @throws UnreadableBody
 */
export function readBody(
  format: BodyFormat,
  bytes: Buffer,
  contentType?: string,
  options: XmlOptions = {},
): Json {
  const text = decodeText(bytes, contentType);
  if (text.trim() === '') throw new UnreadableBody('the body is empty');
  if (format === 'xml') return parseXml(text, options).value;
  if (jsonDepth(text, maxJsonDepth) > maxJsonDepth)
    throw new UnreadableBody(`JSON is over ${maxJsonDepth} levels deep`);
  try {
    return parseJson(text);
  } catch {
    throw new UnreadableBody('not JSON');
  }
}

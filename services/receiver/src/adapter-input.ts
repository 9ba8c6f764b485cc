import { stringifyJson } from '@syncline/contract';
import { decodeText, readBody, UnreadableBody } from '@syncline/erp';
import type { AdapterInput } from '@syncline/functions';
import type { CachedPush } from '@syncline/store';
import { mediaFormat } from './body-format.ts';
import type { XmlThread } from './xml-thread.ts';

/** What an adapter gets of a push, and what was wrong with the body if it could not be parsed. */
export interface ReadPush {
  input: AdapterInput;
  problem: string | null;
}

interface Parsed {
  /** JSON text; null when it was not parsed */
  body: string | null;
  problem: string | null;
}

/** Parsing less than this takes less time than handing it to a thread. */
const maxXmlHereBytes = 16 * 1024;

/**
 * Decodes and parses a body for its adapter. One that is not what its content type says reaches the adapter too, as text:
 * it may know better.
 * @throws UnreadableBody when the bytes are no text
 */
export async function adapterInput(push: CachedPush, xml: Pick<XmlThread, 'parse'>): Promise<ReadPush> {
  const { headers, contentType } = push;
  const raw = decodeText(push.body, contentType);
  const { body, problem } = await parse(push, raw, xml);
  return { input: { headers, contentType, body, raw }, problem };
}

async function parse(push: CachedPush, raw: string, xml: Pick<XmlThread, 'parse'>): Promise<Parsed> {
  const format = mediaFormat(push.contentType);
  if (format === 'json') return parseHere(() => checked(push, raw));
  if (format === 'xml') return parseXml(push, xml);
  // Text may be JSON, as an ERP of the format `text` sends it; if it is not, nothing is wrong with it.
  return { ...parseHere(() => checked(push, raw)), problem: null };
}

/** The text itself, once it is known to be JSON: parsing and printing could only change it. */
function checked({ body, contentType }: CachedPush, raw: string): string {
  readBody('json', body, contentType);
  return raw;
}

async function parseXml({ body, contentType }: CachedPush, xml: Pick<XmlThread, 'parse'>): Promise<Parsed> {
  if (body.length <= maxXmlHereBytes)
    return parseHere(() => stringifyJson(readBody('xml', body, contentType)));
  const reply = await xml.parse(body, contentType);
  return 'text' in reply ? { body: reply.text, problem: null } : { body: null, problem: reply.message };
}

function parseHere(read: () => string): Parsed {
  try {
    return { body: read(), problem: null };
  } catch (error) {
    if (!(error instanceof UnreadableBody)) throw error;
    return { body: null, problem: error.message };
  }
}

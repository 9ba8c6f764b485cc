import {
  isJsonObject,
  parseJson,
  stringifyJson,
  type Json,
  type JsonObject,
  type RecordData,
} from '@syncline/contract';
import type { DetailRows } from '../shared/rows.ts';
import { parseXml, writeXml } from './xml.ts';

export type ErpFormat = 'json' | 'text' | 'xml';

/** `/erp` answers in the format of the request; `/erp-text` and `/erp-xml` always in their own. */
export const basePaths = new Map<string, ErpFormat | null>([
  ['erp', null],
  ['erp-text', 'text'],
  ['erp-xml', 'xml'],
]);

const contentTypes: Record<ErpFormat, string> = {
  json: 'application/json; charset=utf-8',
  text: 'text/plain; charset=utf-8',
  xml: 'application/xml; charset=utf-8',
};

export function formatOf(contentType: string): ErpFormat {
  if (contentType.includes('xml')) return 'xml';
  return contentType.startsWith('text/plain') ? 'text' : 'json';
}

/** A body of create or update, read. */
export interface ReadBody {
  objectApiName: string;
  sent: RecordData;
}

/** Reads a standard record (spec 2.1); null when it is not one. */
export function readStandardRecord(format: ErpFormat, body: Buffer): ReadBody | null {
  let value: Json;
  try {
    value = format === 'xml' ? parseXml(body.toString('utf8')) : parseJson(body.toString('utf8'));
  } catch {
    return null;
  }
  if (!isJsonObject(value) || typeof value.objAPIName !== 'string') return null;
  const master = emptyXml(value.masterFieldVal);
  const details = readDetails(emptyXml(value.detailFieldVals ?? {}));
  if (!isJsonObject(master) || details === null) return null;
  return { objectApiName: value.objAPIName, sent: { master, details } };
}

// An element without content reads as '' in XML, where an empty object was meant.
function emptyXml(value: Json | undefined): Json | undefined {
  return value === '' ? {} : value;
}

function readDetails(value: Json | undefined): DetailRows | null {
  if (!isJsonObject(value)) return null;
  const details: [string, JsonObject[]][] = [];
  for (const [api, rows] of Object.entries(value)) {
    // One row alone is no list in XML.
    const list = Array.isArray(rows) ? rows : [rows];
    if (!list.every(isJsonObject)) return null;
    details.push([api, list]);
  }
  return Object.fromEntries(details);
}

/** An answer on its way out; `body` is what the client will read. */
export interface ErpAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export function writeAnswer(format: ErpFormat, status: number, reply: JsonObject): ErpAnswer {
  const body = format === 'xml' ? writeXml('syncData', reply) : stringifyJson(reply);
  return { status, headers: { 'content-type': contentTypes[format] }, body };
}

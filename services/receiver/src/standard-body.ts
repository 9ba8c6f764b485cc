import { jsonDepth, RefusedRequest } from '@syncline/contract';
import { decodeText, UnreadableBody, type BodyFormat } from '@syncline/erp';
import { memberTexts } from './json-members.ts';

export interface StandardBody {
  bytes: Buffer;
  contentType: string;
  format: BodyFormat;
}

/** What the headers said, which the body has to agree with. */
export interface Expected {
  objectApiName: string;
  idField: string;
  id: string;
}

const maxDepth = 64;

/**
 * Checks a body against the standard structure (contract 3). The structure is JSON only; it may come as `text/plain`, as
 * an ERP of the format `text` sends it, but not as XML.
 * @returns the record as JSON text, for `RecordData`
 * @throws RefusedRequest `badBody` with the JSON path
 */
export function checkStandardBody(body: StandardBody, expected: Expected): string {
  if (body.bytes.length === 0) refuse('$', 'the body is empty');
  if (body.format === 'xml')
    refuse('$', 'the standard structure is JSON only; without the header id XML goes to the adapter');
  const text = textOfBody(body);
  const value = parse(text);
  if (!isObject(value)) refuse('$', `expected an object, found ${kindOf(value)}`);
  checkName(value['objAPIName'], expected.objectApiName);
  const master = value['masterFieldVal'];
  if (!isObject(master)) refuse('$.masterFieldVal', `expected an object, found ${kindOf(master)}`);
  checkDetails(value['detailFieldVals']);
  const members = memberTexts(text);
  checkId(master, members.get('masterFieldVal') ?? '', expected);
  return recordText(members);
}

/** The record of a body that was checked when it came: as JSON text, for `RecordData`. */
export function recordTextOf(bytes: Buffer, contentType: string): string {
  return recordText(memberTexts(decodeText(bytes, contentType)));
}

function recordText(members: ReadonlyMap<string, string>): string {
  const details = members.get('detailFieldVals') ?? 'null';
  return `{"master":${members.get('masterFieldVal') ?? '{}'},"details":${details === 'null' ? '{}' : details}}`;
}

function textOfBody({ bytes, contentType }: StandardBody): string {
  try {
    return decodeText(bytes, contentType);
  } catch (error) {
    if (error instanceof UnreadableBody) refuse('$', error.message);
    throw error;
  }
}

function parse(text: string): unknown {
  if (jsonDepth(text, maxDepth) > maxDepth) refuse('$', `nested deeper than ${maxDepth} levels`);
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 150) : '';
    return refuse('$', `the body is not JSON: ${reason}`);
  }
}

function checkName(name: unknown, objectApiName: string): void {
  if (typeof name !== 'string') refuse('$.objAPIName', `expected a text, found ${kindOf(name)}`);
  if (name !== objectApiName)
    refuse('$.objAPIName', `it is ${quoted(name)}, and the header objectApiName is ${quoted(objectApiName)}`);
}

/** Null is as good as absent: many ERPs write every key. */
function checkDetails(details: unknown): void {
  if (details === undefined || details === null) return;
  if (!isObject(details)) refuse('$.detailFieldVals', `expected an object, found ${kindOf(details)}`);
  for (const [name, rows] of Object.entries(details)) {
    const path = `$.detailFieldVals[${quoted(name)}]`;
    if (!Array.isArray(rows)) refuse(path, `expected a list of objects, found ${kindOf(rows)}`);
    const wrong = rows.findIndex((row) => !isObject(row));
    if (wrong !== -1) refuse(`${path}[${String(wrong)}]`, `expected an object, found ${kindOf(rows[wrong])}`);
  }
}

/** Ids compare as text, a number as the digits that were sent. */
function checkId(master: Record<string, unknown>, masterText: string, { idField, id }: Expected): void {
  const value = Object.hasOwn(master, idField) ? master[idField] : null;
  if (value === null || value === '') return;
  const text = typeof value === 'string' ? value : (memberTexts(masterText).get(idField) ?? '');
  if (text !== id)
    refuse(
      `$.masterFieldVal[${quoted(idField)}]`,
      `it is ${quoted(text)}, and the header id is ${quoted(id)}`,
    );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}

function refuse(path: string, problem: string): never {
  throw new RefusedRequest('badBody', `${path}: ${problem}`);
}

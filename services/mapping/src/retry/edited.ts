import type { CatalogView, Stream } from '@syncline/catalog';
import {
  canonicalJson,
  isJsonObject,
  RefusedRequest,
  textOf,
  type Json,
  type JsonObject,
  type RecordData,
} from '@syncline/contract';
import { readGiven } from '../preview/given-record.ts';

const mostNamed = 8;
const longestValue = 40;

/**
 * What a person made of a stored record: a whole one in any of the forms that people have it in, or the fields that are
 * to be others.
 * @throws RefusedRequest badBody
 */
export function editedRecord(
  given: { record?: Json | undefined; fields?: Json | undefined },
  stored: RecordData,
  place: { stream: Stream; view: CatalogView; dataId: string },
): RecordData {
  const { record, fields } = given;
  if ((record === undefined) === (fields === undefined))
    throw new RefusedRequest('badBody', '$: expected either record, the whole of it, or fields to change');
  if (fields !== undefined) {
    if (!isJsonObject(fields)) throw new RefusedRequest('badBody', '$.fields: expected an object');
    return { ...stored, master: { ...stored.master, ...fields } };
  }
  const { dataId, record: whole } = readGiven(record ?? null, { ...place, operation: 'update' });
  if (dataId !== place.dataId)
    throw new RefusedRequest('badBody', `$.record: it is ${dataId}, and the sync is of ${place.dataId}`);
  return whole;
}

/** What differs, in words that stay readable in the history. */
export function changesBetween(before: RecordData, after: RecordData): string {
  const named = namesOf(before.master, after.master).flatMap((name) => {
    const [was, is] = [own(before.master, name), own(after.master, name)];
    return same(was, is) ? [] : [`${name} ${shown(was)} → ${shown(is)}`];
  });
  const rows = namesOf(before.details, after.details).flatMap((name) =>
    same(before.details[name] as Json | undefined, after.details[name] as Json | undefined)
      ? []
      : [`rows of ${name}`],
  );
  const all = [...named, ...rows];
  if (all.length === 0) return 'nothing';
  const more = all.length > mostNamed ? `; and ${String(all.length - mostNamed)} more` : '';
  return `${all.slice(0, mostNamed).join('; ')}${more}`;
}

function namesOf(one: object, other: object): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])];
}

function own(fields: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

function same(one: Json | undefined, other: Json | undefined): boolean {
  return one === undefined || other === undefined
    ? one === other
    : canonicalJson(one) === canonicalJson(other);
}

function shown(value: Json | undefined): string {
  const text = textOf(value);
  return `"${text.length > longestValue ? `${text.slice(0, longestValue)}…` : text}"`;
}

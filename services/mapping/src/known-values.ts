import { createHash } from 'node:crypto';
import type { FieldMapping, ObjectPair, Stream } from '@syncline/catalog';
import { textOf, type Json, type JsonObject, type RecordData, type Side } from '@syncline/contract';
import type { Known } from './change.ts';

const longestKnownText = 200;

/** A value in the form in which it is remembered and compared: text, or a digest of a long one. */
export function knownText(value: Json | undefined): string {
  const text = textOf(value);
  if (text.length <= longestKnownText) return text;
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

export function knownTexts(fields: JsonObject): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, knownText(value)]));
}

/** Which fields of one object matter to the pair's streams; null means all, because an expression or a hook may read any. */
type Relevant = ReadonlySet<string> | null;

interface RelevantFields {
  master: Relevant;
  details: ReadonlyMap<string, Relevant>;
  /** a hook may read details that the stream does not map */
  allDetails: boolean;
}

const cache = new WeakMap<ObjectPair, Map<Side, RelevantFields>>();

/** What a snapshot says of its own side, cut to what the pair's streams read or write there. */
export function knownOf(pair: ObjectPair, side: Side, record: RecordData, rowId: RowIdOf): Known {
  const relevant = relevantFields(pair, side);
  const names = new Set([
    ...relevant.details.keys(),
    ...(relevant.allDetails ? Object.keys(record.details) : []),
  ]);
  const rows: Known['rows'] = Object.fromEntries(
    // A snapshot without a detail object says nothing of its rows.
    [...names].flatMap((detail) => {
      const fields = relevant.details.get(detail) ?? null;
      const there = Object.hasOwn(record.details, detail) ? record.details[detail] : undefined;
      if (there === undefined) return [];
      return [
        [detail, Object.fromEntries(there.map((row, i) => [rowId(detail, row, i), pick(row, fields)]))],
      ];
    }),
  );
  return { fields: pick(record.master, relevant.master), rows };
}

export type RowIdOf = (detail: string, row: JsonObject, index: number) => string;

function pick(fields: JsonObject, relevant: Relevant): Record<string, string> {
  if (relevant === null) return knownTexts(fields);
  return Object.fromEntries(
    [...relevant].map((name) => [name, knownText(Object.hasOwn(fields, name) ? fields[name] : undefined)]),
  );
}

function relevantFields(pair: ObjectPair, side: Side): RelevantFields {
  const bySide = cache.get(pair) ?? new Map<Side, RelevantFields>();
  cache.set(pair, bySide);
  const known = bySide.get(side);
  if (known !== undefined) return known;
  const out = side === 'crm' ? pair.toErp : pair.toCrm;
  const into = side === 'crm' ? pair.toCrm : pair.toErp;
  const fresh = {
    master: masterFields(out, into),
    details: detailFields(out, into),
    allDetails: out?.hooks?.before !== undefined,
  };
  bySide.set(side, fresh);
  return fresh;
}

function masterFields(out: Stream | undefined, into: Stream | undefined): Relevant {
  if (out?.filter != null || isHooked(out, into)) return null;
  return union(out?.fields ?? [], into?.fields ?? []);
}

function detailFields(out: Stream | undefined, into: Stream | undefined): Map<string, Relevant> {
  const read = new Map((out?.details ?? []).map((detail) => [detail.source, detail.fields]));
  const written = new Map((into?.details ?? []).map((detail) => [detail.dest, detail.fields]));
  const names = new Set([...read.keys(), ...written.keys()]);
  const fieldsOf = (name: string): Relevant =>
    isHooked(out, into) ? null : union(read.get(name) ?? [], written.get(name) ?? []);
  return new Map([...names].map((name) => [name, fieldsOf(name)]));
}

/** One before the mapping out of this side may read any field, one of the other stream may have written any. */
function isHooked(out: Stream | undefined, into: Stream | undefined): boolean {
  return out?.hooks?.before !== undefined || into?.hooks?.during !== undefined;
}

function union(read: readonly FieldMapping[], written: readonly FieldMapping[]): Relevant {
  if (read.some((mapping) => mapping.expression !== undefined)) return null;
  const from = read.flatMap((mapping) => (mapping.from === undefined ? [] : [mapping.from]));
  return new Set([...from, ...written.map((mapping) => mapping.to)]);
}

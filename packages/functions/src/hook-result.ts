import { isJsonObject, jsonDepth, parseJson, type Json, type JsonObject } from '@syncline/contract';
import { restoreFields } from './exact-numbers.ts';

/** What a hook is given (ShareCRM's `syncArg`). */
export interface SyncArg {
  syncDataId: string;
  sourceTenantId: string;
  sourceObjectApiName: string;
  /** '' while it has none */
  sourceDataId: string;
  /** 1 create, 2 update, 3 void */
  sourceEventType: 1 | 2 | 3;
  destTenantId: string;
  destObjectApiName: string;
  destDataId: string;
  destEventType: 1 | 2 | 3;
  dataCenterId: string;
  ployDetailId: string;
  objectData: JsonObject;
  details: Record<string, JsonObject[]>;
}

/** A detail row that a hook returned, and which row of `syncArg.details` it was; null for one that the hook made. */
export interface ReturnedRow {
  fields: JsonObject;
  place: number | null;
}

/** What a hook wants: the record stopped, or to go on, with what it changed. */
export type HookResult =
  | { isExec: false; message: string }
  | {
      isExec: true;
      message: string;
      objectData: JsonObject | null;
      /** the detail objects that were returned; the others stay as they are */
      details: Map<string, ReturnedRow[]>;
    };

/** A hook returned something else; the message names the place. */
export class BadHookResult extends Error {
  override readonly name = 'BadHookResult';
}

const maxDepth = 64;
const maxMessageChars = 500;
/** A hook may return `syncArg` itself: what else that holds is ignored. */
const ignored: Record<Exclude<keyof SyncArg, 'objectData' | 'details'>, true> = {
  syncDataId: true,
  sourceTenantId: true,
  sourceObjectApiName: true,
  sourceDataId: true,
  sourceEventType: true,
  destTenantId: true,
  destObjectApiName: true,
  destDataId: true,
  destEventType: true,
  dataCenterId: true,
  ployDetailId: true,
};
const known = new Set(['isExec', 'objectData', 'details', 'message', ...Object.keys(ignored)]);
const expected = 'expected nothing, or {isExec, objectData, details, message}';

/**
 * Reads what a hook returned. Numbers that it left alone keep their digits.
 * @param text `{value, places}` as the driver tells it, or `null` for nothing
 * @throws BadHookResult
 */
export function readHookResult(text: string, arg: Pick<SyncArg, 'objectData' | 'details'>): HookResult {
  if (jsonDepth(text, maxDepth) > maxDepth)
    throw new BadHookResult(`the hook returned something over ${String(maxDepth)} levels deep`);
  const answer = parseJson(text);
  if (!isJsonObject(answer)) return { isExec: true, message: '', objectData: null, details: new Map() };
  const value = answer['value'] ?? null;
  if (!isJsonObject(value)) throw new BadHookResult(`the hook returned ${kindOf(value)}; ${expected}`);
  const stray = Object.keys(value).find((key) => !known.has(key));
  if (stray !== undefined) throw new BadHookResult(`the hook returned the key ${stray}; ${expected}`);
  const message = messageIn(value);
  if (!mayGoOn(value)) return { isExec: false, message };
  return {
    isExec: true,
    message,
    objectData: objectDataIn(value, arg),
    details: detailsIn(value, answer['places'], arg),
  };
}

function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? (object[key] ?? undefined) : undefined;
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : isJsonObject(value) ? 'an object' : `a ${typeof value}`;
}

function refuse(path: string, wanted: string, value: Json): never {
  throw new BadHookResult(
    `the hook's result is wrong at ${path}: expected ${wanted}, found ${kindOf(value)}`,
  );
}

function mayGoOn(value: JsonObject): boolean {
  const isExec = own(value, 'isExec') ?? true;
  return typeof isExec === 'boolean' ? isExec : refuse('isExec', 'true or false', isExec);
}

function messageIn(value: JsonObject): string {
  const message = own(value, 'message') ?? '';
  return typeof message === 'string'
    ? message.slice(0, maxMessageChars)
    : refuse('message', 'a text', message);
}

function objectDataIn(value: JsonObject, arg: Pick<SyncArg, 'objectData'>): JsonObject | null {
  const fields = own(value, 'objectData');
  if (fields === undefined) return null;
  return isJsonObject(fields)
    ? restoreFields(arg.objectData, fields)
    : refuse('objectData', 'an object', fields);
}

function detailsIn(
  value: JsonObject,
  places: Json | undefined,
  arg: Pick<SyncArg, 'details'>,
): Map<string, ReturnedRow[]> {
  const details = own(value, 'details') ?? {};
  if (!isJsonObject(details)) refuse('details', 'an object of lists', details);
  const read = Object.entries(details).map(([name, rows]): [string, ReturnedRow[]] => {
    const path = `details[${JSON.stringify(name)}]`;
    if (!Array.isArray(rows)) refuse(path, 'a list of objects', rows);
    const before = Object.hasOwn(arg.details, name) ? (arg.details[name] ?? []) : [];
    const told = isJsonObject(places) ? own(places, name) : undefined;
    const at = placesOf(Array.isArray(told) ? told : [], rows.length, before.length);
    return [name, rows.map((row, i) => rowOf(row, `${path}[${String(i)}]`, at[i] ?? null, before))];
  });
  return new Map(read);
}

function rowOf(row: Json, path: string, place: number | null, before: JsonObject[]): ReturnedRow {
  if (!isJsonObject(row)) refuse(path, 'an object', row);
  return { fields: restoreFields(place === null ? {} : (before[place] ?? {}), row), place };
}

/**
 * Which row is which? The rows carry marks, which copies made with `{...row}` have too. Where no row has one, as after
 * a way through JSON, as many rows as before are the same ones in order. A mark counts once.
 */
function placesOf(told: readonly Json[], count: number, before: number): (number | null)[] {
  const isUnmarked = told.every((place) => place === -1);
  if (isUnmarked && count === before) return Array.from({ length: count }, (_, i) => i);
  const taken = new Set<number>();
  return Array.from({ length: count }, (_, i) => {
    const place = told[i];
    if (typeof place !== 'number' || place < 0 || place >= before || taken.has(place)) return null;
    taken.add(place);
    return place;
  });
}

import { isJsonObject, type Json, type JsonObject } from '@syncline/contract';
import { BadRequest } from './http-server.ts';

/** Readers of control bodies: absent gives undefined, a wrong type is refused with the field's name. */

export function optionalText(body: JsonObject, name: string): string | undefined {
  return optional(body, name, 'a string', (value) => typeof value === 'string') as string | undefined;
}

export function optionalNumber(body: JsonObject, name: string): number | undefined {
  return optional(body, name, 'a number', (value) => typeof value === 'number') as number | undefined;
}

export function optionalFlag(body: JsonObject, name: string): boolean | undefined {
  return optional(body, name, 'true or false', (value) => typeof value === 'boolean') as boolean | undefined;
}

export function optionalObject(body: JsonObject, name: string): JsonObject | undefined {
  return optional(body, name, 'an object', isJsonObject) as JsonObject | undefined;
}

export function optionalTexts(body: JsonObject, name: string): string[] | undefined {
  const isTexts = (value: Json): boolean =>
    Array.isArray(value) && value.every((one) => typeof one === 'string');
  return optional(body, name, 'a list of strings', isTexts) as string[] | undefined;
}

/** `{detailApiName: [row, …]}` */
export function optionalRows(body: JsonObject, name: string): Record<string, JsonObject[]> | undefined {
  const rows = optionalObject(body, name);
  for (const [api, list] of Object.entries(rows ?? {})) {
    if (!Array.isArray(list) || !list.every(isJsonObject))
      throw new BadRequest(`${name}.${api} must be a list of objects`);
  }
  return rows as Record<string, JsonObject[]> | undefined;
}

/** `{detailApiName: [id, …]}` */
export function optionalIdLists(body: JsonObject, name: string): Record<string, string[]> | undefined {
  const lists = optionalObject(body, name);
  return lists && Object.fromEntries(Object.keys(lists).map((api) => [api, optionalTexts(lists, api) ?? []]));
}

function optional(
  body: JsonObject,
  name: string,
  expected: string,
  isGood: (value: Json) => boolean,
): Json | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (!isGood(value)) throw new BadRequest(`${name} must be ${expected}`);
  return value;
}

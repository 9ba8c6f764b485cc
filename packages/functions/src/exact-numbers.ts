import {
  isExactNumber,
  isJsonObject,
  type ExactNumber,
  type Json,
  type JsonObject,
} from '@syncline/contract';

/**
 * What a function returned, with the digits of every number that it left alone: a function has doubles, and texts for
 * numbers that a double would change. A value that stands where the original has the same one is the original.
 */
function restoreNumbers(original: Json | undefined, returned: Json): Json {
  if (Array.isArray(returned)) {
    const before = Array.isArray(original) ? original : [];
    return returned.map((value, i) => restoreNumbers(before[i], value));
  }
  if (isJsonObject(returned)) return restoreFields(isJsonObject(original) ? original : {}, returned);
  return original !== undefined && isExactNumber(original) && looksLike(original, returned)
    ? original
    : returned;
}

/** The same of an object, by key. */
export function restoreFields(original: JsonObject, returned: JsonObject): JsonObject {
  const entries = Object.entries(returned).map(([key, value]): [string, Json] => [
    key,
    restoreNumbers(Object.hasOwn(original, key) ? original[key] : undefined, value),
  ]);
  return Object.fromEntries(entries);
}

function looksLike({ rawJSON }: ExactNumber, value: Json): boolean {
  if (typeof value === 'string') return value === rawJSON;
  if (isExactNumber(value)) return Number(value.rawJSON) === Number(rawJSON);
  return typeof value === 'number' && value === Number(rawJSON);
}

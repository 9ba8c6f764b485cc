import { isJsonObject, type Json, type JsonObject } from '@syncline/contract';
import type { DetailRows } from './rows.ts';

/** Puts a number in place of each `{n}` in the texts of a value. */
export function fillTemplate<T extends Json>(template: T, n: number): T {
  return fill(template, String(n)) as T;
}

function fill(value: Json, n: string): Json {
  if (typeof value === 'string') return value.replaceAll('{n}', n);
  if (Array.isArray(value)) return value.map((one) => fill(one, n));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fill(one, n)]));
}

export function fillRows(rows: DetailRows, n: number): DetailRows {
  return fillTemplate(rows as JsonObject, n) as DetailRows;
}

import { z } from 'zod';
import { nearestWord } from './nearest.ts';

// What forms are made of. Every message says what is expected; load.ts adds what was there and where.

const isoDate = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;
const momentText = 'a date (2026-01-31), a time with zone (2026-01-31T08:00:00Z) or milliseconds since 1970';

/** A moment, in ms; a date is its first moment in UTC. */
export const moment = z
  .union([z.string(), z.number()], momentText)
  .refine((value) => typeof value === 'number' || isoDate.test(value), momentText)
  .transform((value) => (typeof value === 'number' ? value : Date.parse(value)))
  .refine((ms) => Number.isSafeInteger(ms) && ms >= 0, momentText);

/** A map with these keys only. An unknown key is an error that names the one that was probably meant. */
export function form<S extends z.ZodRawShape>(shape: S): z.ZodObject<S, z.core.$strict> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return 'a map';
      const nearest = nearestWord(issue.keys[0] ?? '', known);
      return `${nearest === null ? '' : `"${nearest}", or `}one of ${known.join(', ')}`;
    },
  });
}

export function textLike(expected: string, pattern: RegExp): z.ZodString {
  return z.string(expected).regex(pattern, expected);
}

export function list<T extends z.ZodType>(of: T, what: string): z.ZodArray<T> {
  return z.array(of, `a list of ${what}`);
}

/** A list that may be left out or left empty. */
export function optionalList<T extends z.ZodType>(of: T, what: string) {
  return list(of, what)
    .nullish()
    .transform((items) => items ?? []);
}

export function choice<const T extends readonly [string, ...string[]]>(
  values: T,
): z.ZodEnum<z.util.ToEnum<T[number]>> {
  return z.enum(values, `one of ${values.join(', ')}`);
}

export function number(expected: string, min: number, max: number): z.ZodNumber {
  return z.number(expected).min(min, expected).max(max, expected);
}

export function whole(min: number, max: number): z.ZodNumber {
  const expected = `a whole number from ${String(min)} to ${String(max)}`;
  return number(expected, min, max).int(expected);
}

/**
 * JSON that keeps every digit. A number that a double cannot hold as written (long ids, `1.10`, `1e400`) becomes an
 * `ExactNumber`, which prints as it was read; all others are plain numbers.
 */
export type Json = null | boolean | number | string | ExactNumber | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** A number kept as its own digits. Made by `parseJson`; `JSON.stringify` prints the digits. */
export interface ExactNumber {
  readonly rawJSON: string;
}

interface JsonWithSource {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): ExactNumber;
  isRawJSON(value: unknown): value is ExactNumber;
}
const native = JSON as unknown as JsonWithSource;

// What may not survive a double: 16 digits and more, an exponent, a fraction that ends or begins with zeros, -0. Only at
// the places where JSON has numbers: ids and digests in texts look like such numbers all the time.
const mayLoseDigits =
  /(?<=[[:,\s]-?|^-?)\d(?:[\d.]{15}|\d*(?:\.\d+)?[eE]|\d*\.\d*0(?!\d)|\.0{6})|(?<=[[:,\s]-|^-)0(?![.\d])/;

/**
 * Parses JSON without losing digits.
 * @throws SyntaxError as `JSON.parse` does
 */
export function parseJson(text: string): Json {
  if (!mayLoseDigits.test(text)) return JSON.parse(text) as Json;
  return native.parse(text, (_key, value, context) =>
    typeof value === 'number' && context.source !== undefined && String(value) !== context.source
      ? native.rawJSON(context.source)
      : value,
  ) as Json;
}

/** The JSON text of a value; exact numbers print their own digits. */
export function stringifyJson(value: unknown): string {
  return JSON.stringify(value);
}

export function isExactNumber(value: unknown): value is ExactNumber {
  return native.isRawJSON(value);
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isExactNumber(value);
}

/** Is there nothing in it? Empty text, null and absent are alike (design, "Echo"). */
export function isEmpty(value: Json | undefined): value is null | '' | undefined {
  return value === undefined || value === null || value === '';
}

/** A value as text, the form in which ids and known values are compared: `''` for what is empty. */
export function textOf(value: Json | undefined): string {
  if (isEmpty(value)) return '';
  if (typeof value === 'string') return value;
  return isExactNumber(value)
    ? value.rawJSON
    : typeof value === 'object'
      ? canonicalJson(value)
      : String(value);
}

/** JSON text with keys in order, so that equal values have equal texts whatever the order they came in. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isJsonObject(value)) return stringifyJson(value);
  const entries = Object.keys(value)
    .sort()
    .map((key) => `${stringifyJson(key)}:${canonicalJson(value[key] ?? null)}`);
  return `{${entries.join(',')}}`;
}

/**
 * How deep arrays and objects nest in a JSON text, found without parsing it, so that a hostile depth is refused first.
 * Counts brackets outside strings; stops counting above `limit`.
 */
export function jsonDepth(text: string, limit: number): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length && deepest <= limit; i += 1) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === 92) i += 1;
      else if (code === 34) inString = false;
    } else if (code === 34) inString = true;
    else if (code === 123 || code === 91) deepest = Math.max(deepest, (depth += 1));
    else if (code === 125 || code === 93) depth -= 1;
  }
  return deepest;
}

/** One field of a record, and what it was before. */
export interface FieldChange {
  path: string;
  before: string | null;
  now: string | null;
  kind: 'added' | 'removed' | 'modified' | 'same';
}

/** A number as it stood in the text: a double has too few digits for some. */
interface Digits {
  digits: string;
}

/** Flattens a record's JSON text to its fields: `master.name`, `details.ContactObj[1].phone`. */
export function fieldsOf(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  walk(parseExactly(text), '', fields);
  return fields;
}

/** What changed between two records, in the order of the newer one; what is gone comes last. */
export function differencesOf(before: string | null, now: string): FieldChange[] {
  const older = before === null ? new Map<string, string>() : fieldsOf(before);
  const newer = fieldsOf(now);
  const present = [...newer].map(([path, value]): FieldChange => {
    const was = older.get(path) ?? null;
    const kind = before === null || was === value ? 'same' : was === null ? 'added' : 'modified';
    return { path, before: was, now: value, kind };
  });
  const gone = [...older]
    .filter(([path]) => !newer.has(path))
    .map(([path, value]): FieldChange => ({ path, before: value, now: null, kind: 'removed' }));
  return [...present, ...gone];
}

/** Pretty JSON with every digit as it was. Text that is no JSON stays as it is. */
export function prettyJson(text: string): string {
  try {
    return print(parseExactly(text), '');
  } catch {
    return text;
  }
}

function parseExactly(text: string): unknown {
  const keep = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' && context?.source !== undefined
      ? ({ digits: context.source } satisfies Digits)
      : value;
  return JSON.parse(text, keep);
}

function isDigits(value: unknown): value is Digits {
  return (
    typeof value === 'object' &&
    value !== null &&
    'digits' in value &&
    Object.keys(value).length === 1 &&
    typeof value.digits === 'string'
  );
}

function walk(value: unknown, path: string, fields: Map<string, string>): void {
  if (isDigits(value)) fields.set(path, value.digits);
  else if (Array.isArray(value))
    value.forEach((one: unknown, index) => walk(one, `${path}[${index + 1}]`, fields));
  else if (typeof value === 'object' && value !== null)
    for (const [key, one] of Object.entries(value)) walk(one, path === '' ? key : `${path}.${key}`, fields);
  else fields.set(path, typeof value === 'string' ? value : String(value));
}

function print(value: unknown, indent: string): string {
  const deeper = `${indent}  `;
  if (isDigits(value)) return value.digits;
  if (Array.isArray(value))
    return bracketed(
      '[',
      ']',
      value.map((one) => print(one, deeper)),
      indent,
    );
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${print(one, deeper)}`);
  return bracketed('{', '}', entries, indent);
}

function bracketed(open: string, close: string, parts: readonly string[], indent: string): string {
  if (parts.length === 0) return open + close;
  return `${open}\n${parts.map((part) => `${indent}  ${part}`).join(',\n')}\n${indent}${close}`;
}

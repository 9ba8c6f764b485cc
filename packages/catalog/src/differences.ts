import { canonicalJson, isJsonObject, type Json, type JsonObject } from '@syncline/contract';

/** Never shown, only that they changed. */
const secretKeys = new Set(['token', 'pushTokenHashes', 'pushTokens']);
/** Follow from the rest. */
const derivedKeys = new Set(['firstAppliedAt', 'configRevision']);

const nothing = Symbol('nothing');
type Value = Json | typeof nothing;

/**
 * What differs between two parts of a catalog, one line each: `fields.FName.required: false → true`.
 * Secrets are shown as `***`.
 */
export function differences(before: Json, after: Json): string[] {
  return [...compare('', before, after)];
}

function* compare(path: string, before: Value, after: Value): Generator<string> {
  if (textOf(before) === textOf(after)) return;
  const [left, right] = [keyed(before), keyed(after)];
  if (left === null || right === null) {
    yield `${path}: ${shown(path, before)} → ${shown(path, after)}`;
    return;
  }
  const keys = [...left.keys(), ...[...right.keys()].filter((key) => !left.has(key))];
  const changes = keys
    .filter((key) => !derivedKeys.has(key))
    .flatMap((key) => [
      ...compare(path === '' ? key : `${path}.${key}`, valueOf(left, key), valueOf(right, key)),
    ]);
  if (changes.length === 0 && Array.isArray(before)) yield `${path}: another order`;
  yield* changes;
}

function valueOf(values: Map<string, Json>, key: string): Value {
  const value = values.get(key);
  return value === undefined ? nothing : value;
}

/** Maps by key; lists of things with a name by that name; null for what is one value. */
function keyed(value: Value): Map<string, Json> | null {
  if (value === nothing) return null;
  if (isJsonObject(value)) return isSource(value) ? null : new Map(Object.entries(value));
  if (!Array.isArray(value) || value.length === 0) return null;
  const names = value.map(nameOf);
  if (names.some((name) => name === null) || new Set(names).size < names.length) return null;
  return new Map(value.map((it, index) => [names[index] ?? '', it]));
}

/** The program of an adapter or a hook: too long to show. */
function isSource(value: JsonObject): boolean {
  return value['kind'] === 'function';
}

function nameOf(value: Json): string | null {
  if (!isJsonObject(value)) return null;
  const name = value['to'] ?? value['apiName'];
  if (typeof name === 'string') return name;
  const { source, dest } = value;
  return typeof source === 'string' && typeof dest === 'string' ? `${source}→${dest}` : null;
}

function textOf(value: Value): string {
  return value === nothing ? '' : canonicalJson(value);
}

function shown(path: string, value: Value): string {
  if (value === nothing || value === null) return 'none';
  const key = path.slice(path.lastIndexOf('.') + 1);
  if (secretKeys.has(key)) return '***';
  if (isJsonObject(value) && isSource(value))
    return `JavaScript of ${String(canonicalJson(value).length)} characters`;
  const text = typeof value === 'string' ? value : canonicalJson(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

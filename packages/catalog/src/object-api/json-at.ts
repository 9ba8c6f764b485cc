import { isJsonObject, type Json, type JsonObject } from '@syncline/contract';

/** Puts a value at a path of keys joined by dots (`result` of a data center), beside what is there already. */
export function putAt(target: JsonObject, path: string, value: Json): void {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let place = target;
  for (const key of keys) {
    const inner = Object.hasOwn(place, key) ? place[key] : undefined;
    const next: JsonObject = isJsonObject(inner) ? inner : {};
    define(place, key, next);
    place = next;
  }
  define(place, last, value);
}

/** The same for JSON Schemas: every key on the way is a property. */
export function putSchemaAt(target: JsonObject, path: string, schema: JsonObject): void {
  target['type'] = 'object';
  const [key = '', ...rest] = path.split('.');
  const properties = isJsonObject(target['properties']) ? target['properties'] : {};
  target['properties'] = properties;
  if (rest.length === 0) {
    define(properties, key, schema);
    return;
  }
  const inner = Object.hasOwn(properties, key) ? properties[key] : undefined;
  const next: JsonObject = isJsonObject(inner) ? inner : {};
  define(properties, key, next);
  putSchemaAt(next, rest.join('.'), schema);
}

/** `__proto__` is a key like any other. */
function define(target: JsonObject, key: string, value: Json): void {
  Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
}

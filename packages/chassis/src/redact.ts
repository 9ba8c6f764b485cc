import { isExactNumber } from '@syncline/contract';

const secretKey =
  /token|password|passwd|secret|authorization|cookie|credential|api[-_]?key|private[-_]?key|passphrase/i;
const urlPassword = /(\w:\/\/)[^\s/]+@/g;
const bearer = /\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi;

const mask = '***';
const maxDepth = 6;
const maxEntries = 100;
const maxTextLength = 8192;
/** Shorter values are no secrets but words, and masking them would make every line unreadable. */
const minSecretLength = 4;

/** What may not stand in a log: values registered as secrets, and whatever stands under a telling key. */
export interface Redactor {
  addSecrets(values: readonly string[]): void;
  text(text: string): string;
  /** any value as plain data that is fit for a log line */
  value(value: unknown): unknown;
}

/** @param withStack whether errors keep their stack traces */
export function createRedactor(withStack: boolean): Redactor {
  const secrets = new Set<string>();
  let known: RegExp | null = null;

  const text = (raw: string): string => {
    // Masked before it is cut, or half a secret could stay at the cut.
    const start = raw.length > 2 * maxTextLength ? raw.slice(0, 2 * maxTextLength) : raw;
    const masked = start.replace(urlPassword, `$1${mask}@`).replace(bearer, `$1 ${mask}`);
    const clean = known === null ? masked : masked.replace(known, mask);
    return clean.length > maxTextLength
      ? `${clean.slice(0, maxTextLength)}… (${raw.length} characters)`
      : clean;
  };

  const object = (source: object, depth: number): unknown => {
    const entries = Object.entries(source).slice(0, maxEntries);
    // Object.fromEntries defines keys and never assigns them, so a key `__proto__` stays a key.
    return Object.fromEntries(
      entries.map(([key, value]) => [text(key), secretKey.test(key) ? mask : plain(value, depth + 1)]),
    );
  };

  // An AxiosError carries the request's headers with the ERP's token, so of an error only these few properties are
  // taken, whatever else it carries.
  const error = (source: Error, depth: number): unknown => {
    const { code, status, cause } = source as { code?: unknown; status?: unknown; cause?: unknown };
    return {
      name: text(source.name),
      ...(isScalar(code) ? { code: plain(code, depth) } : {}),
      ...(isScalar(status) ? { status: plain(status, depth) } : {}),
      message: text(source.message),
      ...(isError(cause) && depth < maxDepth ? { cause: error(cause, depth + 1) } : {}),
      ...(withStack && source.stack !== undefined ? { stack: text(source.stack) } : {}),
    };
  };

  const plain = (value: unknown, depth: number): unknown => {
    if (typeof value === 'string') return text(value);
    if (typeof value === 'bigint') return String(value);
    if (typeof value === 'function' || typeof value === 'symbol') return undefined;
    if (typeof value !== 'object' || value === null || isExactNumber(value)) return value;
    return isError(value) ? error(value, depth) : structure(value, depth);
  };

  const structure = (value: object, depth: number): unknown => {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (value instanceof URL) return text(value.href);
    if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`;
    if (depth >= maxDepth) return '(deeper)';
    if (Array.isArray(value)) return value.slice(0, maxEntries).map((entry) => plain(entry, depth + 1));
    // Sockets, requests and the like lead to everything, secrets among it.
    return isPlain(value) ? object(value, depth) : `(${className(value)})`;
  };

  return {
    addSecrets(values) {
      for (const value of values) {
        if (value.length < minSecretLength) continue;
        secrets.add(value);
        secrets.add(encodeURIComponent(value));
      }
      known = secrets.size === 0 ? null : anyOf([...secrets]);
    },
    text,
    value: (value) => plain(value, 0),
  };
}

// The longest first: where one secret begins with another, nothing of the longer may stay.
function anyOf(texts: string[]): RegExp {
  const alternatives = texts
    .sort((a, b) => b.length - a.length)
    .map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return new RegExp(alternatives.join('|'), 'g');
}

function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

function isScalar(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function className(value: object): string {
  const { constructor } = value as { constructor?: { name?: unknown } };
  return typeof constructor?.name === 'string' ? constructor.name : 'object';
}

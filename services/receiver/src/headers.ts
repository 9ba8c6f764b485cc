import { isUtf8 } from 'node:buffer';
import { RefusedRequest } from '@syncline/contract';

/** What a push says in its headers; empty text for what is absent (spec 4.1, 4.2). */
export interface PushHeaders {
  token: string;
  tenantId: string;
  dataCenterId: string;
  objectApiName: string;
  version: string;
  operationType: string;
  id: string;
  contentType: string;
  contentEncoding: string;
  contentLength: string;
  traceparent: string;
}

type HeaderName = keyof PushHeaders;

/** A second one of these could mean another record, tenant or reading of the body. */
const sentOnce: readonly HeaderName[] = [
  'token',
  'tenantId',
  'dataCenterId',
  'objectApiName',
  'version',
  'operationType',
  'id',
  'contentType',
];
const repeatable: readonly HeaderName[] = ['contentEncoding', 'contentLength', 'traceparent'];

const wireNames: Partial<Record<HeaderName, string>> = {
  contentType: 'content-type',
  contentEncoding: 'content-encoding',
  contentLength: 'content-length',
};
const wireNameOf = (name: HeaderName): string => wireNames[name] ?? name;

const known: ReadonlyMap<string, HeaderName> = new Map(
  [...sentOnce, ...repeatable].map((name) => [wireNameOf(name).toLowerCase(), name]),
);

/**
 * Reads the headers as they came over the wire: Node joins or drops repeated ones, and `tenantId: 1, 2` would be a tenant.
 * @param rawHeaders name, value, name, value, …
 * @throws RefusedRequest `badHeader` when one that may come once comes twice
 */
export function readHeaders(rawHeaders: readonly string[]): PushHeaders {
  const found: Partial<PushHeaders> = {};
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = known.get(rawHeaders[at]?.toLowerCase() ?? '');
    if (name === undefined) continue;
    const value = textOfHeader(rawHeaders[at + 1] ?? '');
    const earlier = found[name];
    if (earlier !== undefined && sentOnce.includes(name))
      throw new RefusedRequest('badHeader', `The header ${wireNameOf(name)} was sent more than once`);
    found[name] = earlier === undefined ? value : `${earlier}, ${value}`;
  }
  return { ...noHeaders, ...found };
}

const noHeaders: PushHeaders = {
  token: '',
  tenantId: '',
  dataCenterId: '',
  objectApiName: '',
  version: '',
  operationType: '',
  id: '',
  contentType: '',
  contentEncoding: '',
  contentLength: '',
  traceparent: '',
};

/** Node gives each byte as one character; senders write UTF-8, or Latin-1 where their client knows nothing else. */
function textOfHeader(value: string): string {
  if (!/[\x80-\xff]/.test(value)) return value;
  const bytes = Buffer.from(value, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : value;
}

/** What an adapter has no business to see, and the cache none to keep. */
const secretNames: ReadonlySet<string> = new Set(['token', 'authorization', 'proxy-authorization', 'cookie']);

/** All headers for the object's adapter, by their names in small letters, without the secret ones. */
export function adapterHeaders(rawHeaders: readonly string[]): Record<string, string> {
  const headers = new Map<string, string>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    if (secretNames.has(name)) continue;
    const value = textOfHeader(rawHeaders[at + 1] ?? '');
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return Object.fromEntries(headers);
}

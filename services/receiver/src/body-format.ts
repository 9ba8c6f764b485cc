import { RefusedRequest } from '@syncline/contract';
import type { BodyFormat } from '@syncline/erp';

/**
 * What a body claims to be. `+json` and `+xml` count (RFC 6839).
 * @throws RefusedRequest `badContentType`
 */
export function formatOf(contentType: string): BodyFormat {
  const mediaType = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (/^(application|text)\/json$|^[\w.-]+\/[\w.-]+\+json$/.test(mediaType)) return 'json';
  if (/^(application|text)\/xml$|^[\w.-]+\/[\w.-]+\+xml$/.test(mediaType)) return 'xml';
  if (mediaType === 'text/plain') return 'text';
  const named = mediaType === '' ? 'is missing' : `is ${JSON.stringify(mediaType.slice(0, 100))}`;
  throw new RefusedRequest('badContentType', `The content type ${named}`);
}

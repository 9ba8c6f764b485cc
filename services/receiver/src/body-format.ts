import { RefusedRequest } from '@syncline/contract';
import { checkCharset, UnknownCharset, type BodyFormat } from '@syncline/erp';

/**
 * What a body claims to be, in a charset that can be read: its adapter runs when its sender is gone.
 * @throws RefusedRequest `badContentType`
 */
export function formatOf(contentType: string, bytes: Buffer): BodyFormat {
  const format = mediaFormat(contentType);
  try {
    checkCharset(bytes, contentType);
  } catch (error) {
    if (error instanceof UnknownCharset)
      throw new RefusedRequest('badContentType', capitalized(error.message));
    throw error;
  }
  return format;
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * By the media type. `+json` and `+xml` count (RFC 6839).
 * @throws RefusedRequest `badContentType`
 */
export function mediaFormat(contentType: string): BodyFormat {
  const mediaType = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (/^(application|text)\/json$|^[\w.-]+\/[\w.-]+\+json$/.test(mediaType)) return 'json';
  if (/^(application|text)\/xml$|^[\w.-]+\/[\w.-]+\+xml$/.test(mediaType)) return 'xml';
  if (mediaType === 'text/plain') return 'text';
  const named = mediaType === '' ? 'is missing' : `is ${JSON.stringify(mediaType.slice(0, 100))}`;
  throw new RefusedRequest('badContentType', `The content type ${named}`);
}

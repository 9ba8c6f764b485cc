import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** What is kept of a secret of 256 random bits: hex. */
export function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Compared in constant time, whatever their lengths. */
export function isSame(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(digestOf(one)), Buffer.from(digestOf(other)));
}

/** A page reads it from the API and sends it back; another site can do neither. It is nothing without its session. */
export function csrfTokenOf(sessionToken: string): string {
  return createHmac('sha256', sessionToken).update('syncline console csrf').digest('base64url');
}

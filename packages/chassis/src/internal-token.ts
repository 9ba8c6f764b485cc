import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

// Push tokens are kept as digests, so no service can speak for a tenant with one. Services that share a secret make
// tokens from it instead: each is good for one tenant.

/** The setting `SYNCLINE_INTERNAL_SECRET`. `./syncline up` makes one; absent: services make no calls to each other. */
export const internalSecret = z
  .string()
  .regex(/^[\x21-\x7e]{32,256}$/, 'expected 32 to 256 visible ASCII characters, the same in all services')
  .optional();

/** The setting with the address of another service, without a slash at its end. */
export function serviceUrl(defaultUrl: string): z.ZodType<string> {
  return z
    .string()
    .regex(/^https?:\/\/[^\s/]+\/?$/, 'expected http://host:port')
    .default(defaultUrl)
    .transform((url) => url.replace(/\/$/, ''));
}

/** With this in the header `token`, a service speaks for this tenant and no other. */
export function internalToken(secret: string, tenantId: string): string {
  return createHmac('sha256', secret).update(`syncline internal token\n${tenantId}`).digest('hex');
}

/** Compared in constant time. Without a secret no token is one. */
export function isInternalToken(secret: string | undefined, tenantId: string, token: string): boolean {
  if (secret === undefined) return false;
  const wanted = Buffer.from(internalToken(secret, tenantId));
  const given = Buffer.from(token);
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}

import { createHash, timingSafeEqual } from 'node:crypto';
import type { PushToken, Tenant } from './catalog.ts';

/** Compared where there is nothing else, so that an unknown tenant's answer takes as long as a known one's. */
const nobodysDigest = Buffer.alloc(32);

export function pushTokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** All push tokens that the configuration gives a tenant, those with neither name nor end among them. */
export function configuredPushTokens(tenant: Pick<Tenant, 'pushTokenHashes' | 'pushTokens'>): PushToken[] {
  const plain = tenant.pushTokenHashes.map((hash) => ({ hash, name: null, expiresAt: null }));
  return [...plain, ...(tenant.pushTokens ?? [])];
}

/** A token that may be shown, its digest at hand. */
export interface AcceptedToken {
  hash: string;
  digest: Buffer;
  expiresAt: number | null;
}

export function acceptedToken({ hash, expiresAt }: Pick<PushToken, 'hash' | 'expiresAt'>): AcceptedToken {
  return { hash, expiresAt, digest: Buffer.from(hash, 'hex') };
}

/**
 * Which of the tokens is this? Digests are compared in constant time, with all of them; one that has expired is none.
 * @param accepted undefined: nobody's
 */
export function findPushToken(
  accepted: readonly AcceptedToken[] | undefined,
  token: string,
  now: number,
): AcceptedToken | null {
  const digest = createHash('sha256').update(token).digest();
  let found: AcceptedToken | null = null;
  if (accepted === undefined || accepted.length === 0) timingSafeEqual(nobodysDigest, digest);
  for (const one of accepted ?? []) {
    const isIt = one.digest.length === digest.length && timingSafeEqual(one.digest, digest);
    if (isIt && (one.expiresAt === null || now < one.expiresAt)) found = one;
  }
  return token === '' ? null : found;
}

import { createHash, timingSafeEqual } from 'node:crypto';
import type { Tenant } from './catalog.ts';

// Compared for an unknown tenant, so that its answer takes as long as that of a known one.
const nobodysHash = Buffer.alloc(32);

/** Is this one of the tenant's push tokens? Digests are compared in constant time; an unknown tenant has none. */
export function isPushToken(tenant: Tenant | undefined, token: string): boolean {
  const digest = createHash('sha256').update(token).digest();
  const hashes = tenant?.pushTokenHashes.map((hash) => Buffer.from(hash, 'hex')) ?? [];
  let found = false;
  for (const hash of hashes.length === 0 ? [nobodysHash] : hashes) {
    if (hash.length === digest.length && timingSafeEqual(hash, digest) && hash !== nobodysHash) found = true;
  }
  return found && token !== '';
}

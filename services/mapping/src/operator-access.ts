import { createHash, timingSafeEqual } from 'node:crypto';
import type { CatalogView } from '@syncline/catalog';
import { RefusedRequest } from '@syncline/contract';
import type { Store } from '@syncline/store';
import type { Request } from 'express';
import type { TokenCheck } from './token-check.ts';

/** Whose data a caller may read and change: all tenants' with the operator key, one tenant's with its push token. */
export interface Access {
  may(tenantId: string): boolean;
  /** what belongs to no tenant, too */
  ofAll: boolean;
  /** the tenant that is meant where none is named; null when there are several */
  tenantId: string | null;
}

export interface AccessDependencies {
  catalog: { view(): CatalogView };
  store: Pick<Store, 'operatorKey'>;
  tokenCheck: TokenCheck;
}

/**
 * Checks who calls an operator's route: Syncline's own programs send the header `operator-key`, everybody else `token`
 * and `tenantId` as for the Open API.
 * @throws RefusedRequest s306240001
 */
export async function accessOf(
  req: Request,
  { catalog, store, tokenCheck }: AccessDependencies,
): Promise<Access> {
  const key = req.get('operator-key');
  if (key !== undefined) {
    if (!isSame(key, await store.operatorKey.read()))
      throw new RefusedRequest('unauthorized', 'the operator key is not the one of this store');
    const [only, ...others] = catalog.view().tenants;
    return { may: () => true, ofAll: true, tenantId: others.length === 0 ? (only?.id ?? null) : null };
  }
  const tenantId = req.get('tenantId') ?? '';
  if (!tokenCheck.isTenants(req))
    throw new RefusedRequest('unauthorized', 'the token is not one of this tenant');
  return { may: (other) => other === tenantId, ofAll: false, tenantId };
}

function isSame(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

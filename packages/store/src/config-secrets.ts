import type { Catalog } from '@syncline/catalog';
import { isJsonObject, type Json, type JsonObject } from '@syncline/contract';
import { SecretKeyProblem } from './failure.ts';
import { keyIdIn, type SecretBox, type SecretCount } from './secret-box.ts';

// The tokens of data centers are the only secrets of a catalog: push tokens are kept as digests.

/** Where a token belongs; part of what it is encrypted with. */
function placeOf(tenantId: unknown, dataCenterId: unknown): string {
  return `the token of data center ${String(dataCenterId)} of tenant ${String(tenantId)}`;
}

/** The catalog as it is kept, its tokens encrypted. */
export function sealCatalog(catalog: Catalog, box: SecretBox): unknown {
  const tenants = catalog.tenants.map((tenant) => ({
    ...tenant,
    dataCenters: tenant.dataCenters.map((it) => ({
      ...it,
      token: box.seal(it.token, placeOf(tenant.id, it.id)),
    })),
  }));
  return { ...catalog, tenants };
}

/**
 * A kept catalog with its tokens in clear.
 * @param onLost told of the problem with a token that no key opens; its token is empty then
 * @throws SecretKeyProblem as `onLost` does
 */
export function openCatalog(kept: Json, box: SecretBox, onLost: (problem: SecretKeyProblem) => void): Json {
  return withTokens(kept, (token, place) => {
    try {
      return box.open(token, place);
    } catch (error) {
      if (!(error instanceof SecretKeyProblem)) throw error;
      onLost(error);
      return '';
    }
  });
}

export function countSecrets(kept: Json): SecretCount {
  const count: SecretCount = { clear: 0, byKey: new Map() };
  withTokens(kept, (token) => {
    const id = keyIdIn(token);
    if (id === null) count.clear += 1;
    else count.byKey.set(id, (count.byKey.get(id) ?? 0) + 1);
    return '';
  });
  return count;
}

function withTokens(kept: Json, change: (token: Json | undefined, place: string) => string): Json {
  if (!isJsonObject(kept)) return kept;
  return {
    ...kept,
    tenants: mapObjects(kept['tenants'], (tenant) => ({
      ...tenant,
      dataCenters: mapObjects(tenant['dataCenters'], (it) => ({
        ...it,
        token: change(it['token'], placeOf(tenant['id'], it['id'])),
      })),
    })),
  };
}

function mapObjects(list: Json | undefined, change: (it: JsonObject) => JsonObject): Json {
  if (!Array.isArray(list)) return [];
  return list.map((it) => (isJsonObject(it) ? change(it) : it));
}

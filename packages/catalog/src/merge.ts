import { emptyCatalog, type Catalog, type ErpObject, type Tenant } from './catalog.ts';
import { withConfigRevisions } from './revision.ts';

export interface MergeOptions {
  /** delete what is configured now and not in the wanted catalog */
  prune: boolean;
}

/** Names an ERP object, or with two parts a data center, in plans. */
export function placeKey(...parts: string[]): string {
  return parts.join('/');
}

export function erpObjectKey(it: ErpObject): string {
  return placeKey(it.tenantId, it.dataCenterId, it.apiName);
}

/** Wanted ones take the place of current ones with the same key; the rest stays, unless it is pruned. */
function mergeLists<T>(
  current: readonly T[],
  wanted: readonly T[],
  keyOf: (it: T) => string,
  prune: boolean,
): T[] {
  if (prune) return [...wanted];
  const byKey = new Map(current.map((it) => [keyOf(it), it]));
  for (const it of wanted) byKey.set(keyOf(it), it);
  return [...byKey.values()];
}

function mergeTenant(current: Tenant | undefined, wanted: Tenant, prune: boolean): Tenant {
  const dataCenters = mergeLists(current?.dataCenters ?? [], wanted.dataCenters, (it) => it.id, prune);
  return { ...wanted, dataCenters };
}

/**
 * What is configured after applying `wanted`. Tenants, data centers, ERP objects and streams that it does not name stay,
 * unless they are pruned. An object keeps the time of its first apply.
 */
export function mergeCatalogs(current: Catalog | null, wanted: Catalog, { prune }: MergeOptions): Catalog {
  const before = current ?? emptyCatalog();
  const tenants = wanted.tenants.map((it) =>
    mergeTenant(
      before.tenants.find((candidate) => candidate.id === it.id),
      it,
      prune,
    ),
  );
  const objectsBefore = new Map(before.erpObjects.map((it) => [erpObjectKey(it), it]));
  const erpObjects = wanted.erpObjects.map((it) => ({
    ...it,
    firstAppliedAt: objectsBefore.get(erpObjectKey(it))?.firstAppliedAt ?? it.firstAppliedAt,
  }));
  return withConfigRevisions({
    tenants: mergeLists(before.tenants, tenants, (it) => it.id, prune),
    erpObjects: mergeLists(before.erpObjects, erpObjects, erpObjectKey, prune),
    streams: mergeLists(before.streams, wanted.streams, (it) => it.id, prune),
  });
}

import { catalogView, type CatalogView } from '@syncline/catalog';
import type { FollowedCatalog } from '@syncline/store';
import { mayTenant, type Caller } from './caller.ts';

type Catalog = Pick<FollowedCatalog, 'view' | 'ready'>;

const narrowed = new WeakMap<CatalogView, Map<string, CatalogView>>();

/**
 * The catalog with the caller's tenants alone: what is of others is not there, for every route that finds its things
 * through the catalog.
 */
export function ownCatalog(catalog: Catalog, caller: Caller): Catalog {
  const { tenants } = caller;
  if (tenants === null) return catalog;
  return { view: () => viewFor(catalog.view(), caller, tenants), ready: () => catalog.ready() };
}

/** Made once for each list of tenants, until the catalog changes. */
function viewFor(view: CatalogView, caller: Caller, tenants: readonly string[]): CatalogView {
  const made = narrowed.get(view) ?? new Map<string, CatalogView>();
  narrowed.set(view, made);
  const key = JSON.stringify(tenants);
  const found = made.get(key) ?? catalogView(narrow(view, caller));
  made.set(key, found);
  return found;
}

function narrow({ catalog }: CatalogView, caller: Caller): CatalogView['catalog'] {
  const isOwn = ({ tenantId }: { tenantId: string }): boolean => mayTenant(caller, tenantId);
  return {
    ...catalog,
    tenants: catalog.tenants.filter(({ id }) => mayTenant(caller, id)),
    erpObjects: catalog.erpObjects.filter(isOwn),
    streams: catalog.streams.filter(isOwn),
  };
}

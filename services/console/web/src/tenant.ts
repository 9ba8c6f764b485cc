import { createContext, use } from 'react';
import type { QueryValues } from './api/client.ts';
import type { TenantLine } from './api/shapes.ts';

/** Whose page this is. */
export const TenantContext = createContext<TenantLine | null>(null);

export function useTenant(): TenantLine {
  const found = use(TenantContext);
  if (found === null) throw new Error('useTenant outside of a tenant');
  return found;
}

/** Addresses of this tenant's pages. */
export function usePlaces(): (page: string, query?: QueryValues) => string {
  const { id } = useTenant();
  return (page, query = {}) => {
    const given = Object.entries(query).filter(
      ([, value]) => value !== undefined && value !== null && value !== '',
    );
    const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
    return `/t/${encodeURIComponent(id)}/${page}${search.size === 0 ? '' : `?${search}`}`;
  };
}

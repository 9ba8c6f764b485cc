import type { Catalog } from './catalog.ts';
import type { ConfigPath } from './config-error.ts';

/** Something in a catalog that does not fit together. */
export interface CatalogProblem {
  path: ConfigPath;
  message: string;
  expected: string;
  found?: string;
}

/** Says what is wrong with a JSONata source, or null: `checkExpression` of @syncline/functions. */
export type CheckExpression = (source: string) => string | null;

/** Says what keeps a text from being a hook, or null: `checkHook` of @syncline/functions. */
export type CheckHook = (source: string) => { message: string; line: number | null } | null;

/** The positions, after the first, of values that occur again. */
export function repeats<T>(items: readonly T[], keyOf: (item: T) => string): number[] {
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const key = keyOf(item);
    if (seen.has(key)) return [index];
    seen.add(key);
    return [];
  });
}

/** Does the tenant exist, and has it the data center? */
export function* checkPlace(
  catalog: Catalog,
  it: { tenantId: string; dataCenterId: string },
  path: ConfigPath,
): Generator<CatalogProblem> {
  const tenant = catalog.tenants.find((candidate) => candidate.id === it.tenantId);
  if (tenant === undefined)
    yield {
      path: [...path, 'tenantId'],
      message: `there is no tenant ${it.tenantId}`,
      expected: oneOf(catalog.tenants.map((candidate) => candidate.id)),
    };
  else if (!tenant.dataCenters.some((candidate) => candidate.id === it.dataCenterId))
    yield {
      path: [...path, 'dataCenterId'],
      message: `tenant ${it.tenantId} has no data center ${it.dataCenterId}`,
      expected: oneOf(tenant.dataCenters.map((candidate) => candidate.id)),
    };
}

/** At most ten names: enough to see a slip of the pen. */
export function oneOf(names: readonly string[]): string {
  if (names.length === 0) return 'one that is configured (there is none)';
  return `one of ${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}`;
}

import { checkStreams } from './check-streams.ts';
import type { Catalog } from './catalog.ts';
import { checkPlace, repeats, type CatalogProblem, type CheckExpression } from './problem.ts';

function* checkTenants(catalog: Catalog): Generator<CatalogProblem> {
  for (const at of repeats(catalog.tenants, (it) => it.id))
    yield {
      path: ['tenants', at, 'id'],
      message: 'another tenant has this id',
      expected: 'an id of its own',
    };
  for (const [index, tenant] of catalog.tenants.entries())
    for (const at of repeats(tenant.dataCenters, (it) => it.id))
      yield {
        path: ['tenants', index, 'dataCenters', at, 'id'],
        message: 'another data center of the tenant has this id',
        expected: 'an id of its own',
      };
}

function* checkErpObjects(catalog: Catalog, checkExpression: CheckExpression): Generator<CatalogProblem> {
  const keyOf = (it: Catalog['erpObjects'][number]): string =>
    [it.tenantId, it.dataCenterId, it.apiName].join('\n');
  for (const at of repeats(catalog.erpObjects, keyOf))
    yield {
      path: ['erpObjects', at, 'apiName'],
      message: 'the data center has this object already',
      expected: 'each object once',
    };
  for (const [index, object] of catalog.erpObjects.entries()) {
    const path = ['erpObjects', index];
    yield* checkPlace(catalog, object, path);
    const expected = 'each name once';
    for (const at of repeats(object.fields, (it) => it.apiName))
      yield {
        path: [...path, 'fields', at, 'apiName'],
        message: 'the object has this field already',
        expected,
      };
    for (const at of repeats(object.details, (it) => it.apiName))
      yield {
        path: [...path, 'details', at, 'apiName'],
        message: 'the object has this detail already',
        expected,
      };
    const wrong = object.adapter?.kind === 'expression' ? checkExpression(object.adapter.expression) : null;
    if (wrong !== null)
      yield {
        path: [...path, 'adapter', 'expression'],
        message: `the expression is not JSONata: ${wrong}`,
        expected: 'a JSONata expression',
      };
  }
}

/**
 * All that does not fit together in a catalog: repeated ids, names that lead nowhere, expressions that do not parse.
 * @param checkExpression absent: expressions are taken as they are
 */
export function catalogProblems(
  catalog: Catalog,
  checkExpression: CheckExpression = () => null,
): CatalogProblem[] {
  return [
    ...checkTenants(catalog),
    ...checkErpObjects(catalog, checkExpression),
    ...checkStreams(catalog, checkExpression),
  ];
}

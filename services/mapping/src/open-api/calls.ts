import type { CatalogView } from '@syncline/catalog';
import type { Clock } from '@syncline/chassis';
import { isOpenApiName, jsonDepth, openApiNames, RefusedRequest, type OpenApiName } from '@syncline/contract';
import type { Store } from '@syncline/store';
import type { Batcher } from '../batcher.ts';
import type { OpenApiCall } from './call.ts';
import { createFieldMapping } from './create-field-mapping.ts';
import { getMappings } from './get-mappings.ts';
import { linkMapping } from './link-mapping.ts';
import { Parameters } from './parameters.ts';

/** The four calls of spec 5 and 6. */
const calls: Record<OpenApiName, OpenApiCall> = {
  'erp.syncData.createSyncDataMapping': linkMapping('create'),
  'erp.syncData.updateSyncDataMapping': linkMapping('update'),
  'erp.syncData.getSyncDataMappingBySourceDataId': getMappings,
  'erp.syncData.createErpfieldmapping': createFieldMapping,
};

const maxDepth = 64;

/**
 * Carries out one call for a tenant, however it came; answers `data`, or undefined for none.
 * @throws RefusedRequest
 */
export type CallOpenApi = (call: { tenantId: string; name: string; body: string }) => Promise<unknown>;

export function createCallOpenApi(deps: {
  store: Store;
  catalog: { view(): CatalogView };
  batcher: Pick<Batcher, 'submit'>;
  clock: Clock;
}): CallOpenApi {
  const { store, catalog, batcher, clock } = deps;
  return async ({ tenantId, name, body }) => {
    if (!isOpenApiName(name))
      throw new RefusedRequest('notFound', `there is no API ${name}; there are ${openApiNames.join(', ')}`);
    if (jsonDepth(body, maxDepth) > maxDepth)
      throw new RefusedRequest('badBody', '$: nested deeper than 64 levels');
    const parameters = Parameters.parse(body);
    return await calls[name]({
      tenantId,
      parameters,
      view: catalog.view(),
      store,
      batcher,
      now: clock.now(),
    });
  };
}

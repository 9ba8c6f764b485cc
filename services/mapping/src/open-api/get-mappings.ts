import { otherSide } from '@syncline/contract';
import type { MappingRow } from '@syncline/store';
import type { OpenApiCall } from './call.ts';
import { pairDigest } from '../pair.ts';
import { resolvePair, type NamedPair } from './resolve-pair.ts';

/** Source ids a query may name (spec 5). */
const mostIds = 1000;

/** `erp.syncData.getSyncDataMappingBySourceDataId` (spec 5): ids without a mapping are simply absent. */
export const getMappings: OpenApiCall = async ({ tenantId, parameters, view, store }) => {
  const named = resolvePair(view, tenantId, parameters);
  const ids = parameters.list('sourceDataId', mostIds);
  const digests = new Map(ids.map((id) => [id, pairDigest(named.pair, named.sourceSide, id)]));
  const pointers = await store.pointers.readMany([...digests.values()]);
  const rowIds = [...digests.values()].map((digest) => pointers.get(digest) ?? digest);
  const rows = await store.mappingRows.readMany([...new Set(rowIds)]);
  const found = [...digests].flatMap(([id, digest]) => {
    const row = rows.get(pointers.get(digest) ?? digest);
    return row === undefined ? [] : [[id, mappingOf(row, named)] as const];
  });
  return Object.fromEntries(found);
};

/** The thirteen fields of the spec's example. */
function mappingOf(row: MappingRow, { sourceSide }: NamedPair) {
  const ends = {
    crm: { id: row.crmId, name: row.crmName, object: row.crmObject },
    erp: { id: row.erpId, name: row.erpName, object: row.erpObject },
  };
  const source = ends[sourceSide];
  const dest = ends[otherSide(sourceSide)];
  return {
    sourceDataId: source.id,
    isCreated: row.isCreated,
    destDataId: dest.id,
    sourceDataName: source.name,
    updateTime: row.updatedAt,
    lastSyncStatus: row.lastSyncStatus,
    destTenantId: row.tenantId,
    sourceObjectApiName: source.object,
    destObjectApiName: dest.object,
    sourceTenantId: row.tenantId,
    id: row.id,
    lastSyncDataId: row.lastSyncDataId,
    status: row.status,
  };
}

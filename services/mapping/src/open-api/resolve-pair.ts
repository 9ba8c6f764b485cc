import { crmObjectOf, erpObjectOf, type CatalogView, type ObjectPair } from '@syncline/catalog';
import { RefusedRequest, type Side } from '@syncline/contract';
import type { PairKey } from '../pair.ts';
import type { Parameters } from './parameters.ts';

/** The pair of objects that a call is about, and on which side its source is. A mapping holds for both directions. */
export interface NamedPair {
  pair: PairKey;
  sourceSide: Side;
}

/**
 * Finds the pair by source and dest object, narrowed by `dataCenterId` or `ployDetailId` (the stream's id or name).
 * @throws RefusedRequest s306240011 when there is none, s306240005 when several data centers have it and none is named
 */
export function resolvePair(view: CatalogView, tenantId: string, parameters: Parameters): NamedPair {
  const source = parameters.required('sourceObjectApiName');
  const dest = parameters.required('destObjectApiName');
  const dataCenterId = parameters.optional('dataCenterId');
  if (dataCenterId !== undefined && view.dataCenter(tenantId, dataCenterId) === undefined) {
    throw new RefusedRequest(
      'badDataCenter',
      `dataCenterId ${dataCenterId} is not a data center of tenant ${tenantId}`,
    );
  }
  const found = [
    ...pairsFrom(view, { tenantId, crm: source, erp: dest }, 'crm'),
    ...pairsFrom(view, { tenantId, crm: dest, erp: source }, 'erp'),
  ].filter(({ pair }) => dataCenterId === undefined || pair.dataCenterId === dataCenterId);
  const narrowed = narrowByStream(view, tenantId, found, parameters.optional('ployDetailId'));
  const first = narrowed[0];
  if (first === undefined) {
    throw new RefusedRequest('notFound', `no stream of tenant ${tenantId} pairs ${source} with ${dest}`);
  }
  if (narrowed.length > 1) {
    const ids = narrowed.map(({ pair }) => pair.dataCenterId).join(', ');
    throw new RefusedRequest(
      'badDataCenter',
      `${source} and ${dest} are paired in several data centers (${ids}); send dataCenterId`,
    );
  }
  return first;
}

function pairsFrom(
  view: CatalogView,
  names: { tenantId: string; crm: string; erp: string },
  sourceSide: Side,
): NamedPair[] {
  const pairs: readonly ObjectPair[] = view.pairsOfCrmObject(names.tenantId, names.crm);
  return pairs
    .filter((pair) => pair.erpObject === names.erp)
    .map(({ tenantId, dataCenterId, crmObject, erpObject }) => ({
      pair: { tenantId, dataCenterId, crmObject, erpObject },
      sourceSide,
    }));
}

function narrowByStream(
  view: CatalogView,
  tenantId: string,
  found: NamedPair[],
  ployDetailId: string | undefined,
): NamedPair[] {
  if (ployDetailId === undefined) return found;
  const named = view.streams.filter(
    (stream) => stream.tenantId === tenantId && (stream.id === ployDetailId || stream.name === ployDetailId),
  );
  if (named.length === 0) {
    throw new RefusedRequest(
      'notFound',
      `ployDetailId ${ployDetailId} is neither the id nor the name of a stream`,
    );
  }
  return found.filter(({ pair }) =>
    named.some(
      (stream) =>
        stream.dataCenterId === pair.dataCenterId &&
        crmObjectOf(stream) === pair.crmObject &&
        erpObjectOf(stream) === pair.erpObject,
    ),
  );
}

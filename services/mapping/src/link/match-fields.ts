import type { CatalogView, FieldMapping, Stream } from '@syncline/catalog';
import { crmObjectOf, erpObjectOf } from '@syncline/catalog';
import { RefusedRequest } from '@syncline/contract';
import type { LinkTask } from '@syncline/store';

/**
 * Which fields hold the same on both sides: what a person says, else the ERP object's match fields with the CRM fields
 * that a stream of the pair takes them from, or to, as they are.
 * @throws RefusedRequest when a match field has no such counterpart
 */
export function matchFieldsOf(
  stream: Stream,
  given: Readonly<Record<string, string>>,
  view: CatalogView,
): LinkTask['match'] {
  const said = Object.entries(given).map(([erp, crm]) => ({ erp, crm }));
  if (said.length > 0) return said;
  const { tenantId, dataCenterId } = stream;
  const [crmObject, erpObject] = [crmObjectOf(stream), erpObjectOf(stream)];
  const fields = view.erpObject(tenantId, dataCenterId, erpObject)?.matchFields ?? [];
  if (fields.length === 0)
    throw new RefusedRequest(
      'badBody',
      `match: ${erpObject} has no matchFields; say which ERP field equals which CRM field`,
    );
  const { toErp, toCrm } = view.pairStreams(tenantId, dataCenterId, crmObject, erpObject);
  return fields.map((erp) => {
    const crm =
      toErp?.fields.find((one) => one.to === erp && isPlain(one))?.from ??
      toCrm?.fields.find((one) => one.from === erp && isPlain(one))?.to;
    if (crm === undefined)
      throw new RefusedRequest(
        'badBody',
        `match: no stream takes ${erp} as it is from a field of ${crmObject}; say which CRM field equals it`,
      );
    return { erp, crm };
  });
}

/** Its value is the same on both sides. */
function isPlain({ from, options, lookup, reference }: FieldMapping): boolean {
  return from !== undefined && options === null && lookup === null && reference === null;
}

import type { ErpObject, FieldMapping, Stream } from './catalog.ts';

/** A field of the ERP and the field of the CRM that holds the same. */
export interface MatchField {
  erp: string;
  crm: string;
}

/**
 * Which fields hold the same on both sides: what a person says, else the ERP object's match fields with the CRM fields
 * that a stream of the pair takes them from, or to, as they are.
 * @param given CRM fields by ERP field; empty: nobody says
 * @returns the fields, or why there are none
 */
export function matchFieldsOf(
  { toErp, toCrm }: { toErp?: Stream; toCrm?: Stream },
  object: Pick<ErpObject, 'apiName' | 'matchFields'> | undefined,
  given: Readonly<Record<string, string>>,
): MatchField[] | string {
  const said = Object.entries(given).map(([erp, crm]) => ({ erp, crm }));
  if (said.length > 0) return said;
  const fields = object?.matchFields ?? [];
  if (fields.length === 0)
    return `${object?.apiName ?? 'the ERP object'} has no matchFields; say which ERP field equals which CRM field`;
  const match: MatchField[] = [];
  for (const erp of fields) {
    const crm = counterpartOf(erp, toErp, toCrm);
    if (crm === undefined)
      return `no stream takes ${erp} as it is from, or to, a field of the CRM; say which CRM field equals it`;
    match.push({ erp, crm });
  }
  return match;
}

function counterpartOf(
  erp: string,
  toErp: Stream | undefined,
  toCrm: Stream | undefined,
): string | undefined {
  const from = toErp?.fields.find((one) => one.to === erp && isPlain(one))?.from;
  return from ?? toCrm?.fields.find((one) => one.from === erp && isPlain(one))?.to;
}

/** Its value is the same on both sides. */
function isPlain({ from, options, lookup, reference }: FieldMapping): boolean {
  return from !== undefined && options === null && lookup === null && reference === null;
}

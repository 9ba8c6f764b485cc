import type { ObjectPair } from '@syncline/catalog';
import type { Change } from './change.ts';
import type { Lookups } from './map-fields.ts';
import type { References } from './references.ts';

/**
 * What the fields of a change look up outside of it.
 * @param field of spec 6's table, by a key of `fieldLoader`
 */
export function lookupsOf(
  pair: ObjectPair,
  { side, dataId }: Pick<Change, 'side' | 'dataId'>,
  { field, references }: { field: (key: string) => Promise<string | undefined>; references: References },
): Lookups {
  const { tenantId, dataCenterId } = pair;
  return {
    field: (dataType, id) => field(JSON.stringify([tenantId, dataCenterId, dataType, side, id])),
    reference: (mapping, id) => references.resolve({ pair, side, dataId, mapping, id }),
  };
}

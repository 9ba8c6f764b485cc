import type { FieldMapping, Store } from '@syncline/store';
import { readFieldMapping } from '../open-api/create-field-mapping.ts';
import type { RowEnd, Selection, TableKind } from './table-kind.ts';

const pageSize = 500;

/** `field_mappings`: rows are taken as createErpfieldmapping takes them (spec 6). */
export const fieldMappingTable: TableKind<FieldMapping> = {
  columns: [
    { name: 'tenantId', use: 'optional' },
    { name: 'dataCenterId', use: 'required' },
    { name: 'channel', use: 'required' },
    { name: 'dataType', use: 'required' },
    { name: 'fsDataId', use: 'required', isId: true },
    { name: 'fsDataName', use: 'optional' },
    { name: 'erpDataId', use: 'required', isId: true },
    { name: 'erpDataName', use: 'optional' },
    { name: 'updateTime', use: 'info' },
  ],

  prepare: readFieldMapping,

  async take(prepared, { isDryRun, said }, { store, clock }) {
    const known = await store.fieldMappings.find(
      prepared.map(({ tenantId, dataCenterId, dataType, crmId }) => ({
        tenantId,
        dataCenterId,
        dataType,
        side: 'crm',
        id: crmId,
      })),
    );
    // A row counts with what the rows before it of the same file have put.
    const current = new Map(known.flatMap((one) => (one === null ? [] : [[keyOf(one), one]])));
    const wanted = new Map<string, FieldMapping>();
    const ends = prepared.map((entry) => {
      const before = isDryRun ? said.before(keyOf(entry), entry.erpId) : null;
      const end = endOf(
        entry,
        current.get(keyOf(entry)) ?? (before === null ? undefined : { ...entry, erpId: before }),
      );
      if (end.result === 'created' || end.result === 'updated') {
        const put = { ...entry, updatedAt: clock.now() };
        current.set(keyOf(entry), put);
        wanted.set(keyOf(entry), put);
      }
      return end;
    });
    if (!isDryRun) await store.fieldMappings.put([...wanted.values()]);
    return ends;
  },

  async *rows({ tenantIds }, store) {
    for (const tenantId of tenantIds) yield* rowsOf(tenantId, store);
  },
};

function keyOf({ tenantId, dataCenterId, dataType, crmId }: FieldMapping): string {
  return JSON.stringify([tenantId, dataCenterId, dataType, crmId]);
}

function endOf(entry: FieldMapping, known: FieldMapping | undefined): RowEnd {
  if (known === undefined) return { result: 'created' };
  if (known.erpId !== entry.erpId)
    return {
      result: 'refused',
      column: 'erpDataId',
      problem: `${entry.dataType} ${entry.crmId} is mapped to ${known.erpId}`,
      remedy: 'Correct the ids here; a mapping that is there is not changed by an import.',
    };
  const isSame =
    known.crmName === entry.crmName && known.erpName === entry.erpName && known.channel === entry.channel;
  return { result: isSame ? 'unchanged' : 'updated' };
}

async function* rowsOf(
  tenantId: Selection['tenantIds'][number],
  store: Pick<Store, 'fieldMappings'>,
): AsyncGenerator<string[]> {
  for (let after: FieldMapping | undefined; ;) {
    const entries = await store.fieldMappings.walk({ tenantId, after, limit: pageSize });
    for (const one of entries)
      yield [
        ...[one.tenantId, one.dataCenterId, one.channel, one.dataType],
        ...[one.crmId, one.crmName, one.erpId, one.erpName, String(one.updatedAt)],
      ];
    after = entries.at(-1);
    if (entries.length < pageSize) return;
  }
}

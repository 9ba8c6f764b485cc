import { RowRefused } from '../tables/import-row.ts';
import { linkBetween, mappingTable, type LinkInput } from '../tables/mapping-table.ts';
import type { TableKind } from '../tables/table-kind.ts';
import type { PairKey } from '../pair.ts';
import type { MatchRow } from './match-groups.ts';

/** The columns of a link report. `decision` is left to a person; the others an import passes over. */
export const reportColumns = [
  'decision',
  'verdict',
  'matchValue',
  'crmDataId',
  'crmDataName',
  'erpDataId',
  'erpDataName',
  'note',
] as const;

export function reportCells({ verdict, value, crm, erp, note }: MatchRow): string[] {
  return ['', verdict, value, crm.id, crm.name, erp.id, erp.name, note];
}

/** A link report that a person has decided on: `link` pairs the two ids of its row, `skip` and nothing leave them. */
export function decisionTable({
  tenantId,
  dataCenterId,
  crmObject,
  erpObject,
}: PairKey): TableKind<LinkInput> {
  const pair = { tenantId, dataCenterId, crmObject, erpObject };
  return {
    columns: [
      { name: 'decision', use: 'required' },
      { name: 'verdict', use: 'info' },
      { name: 'matchValue', use: 'info' },
      { name: 'crmDataId', use: 'required', isId: true },
      { name: 'crmDataName', use: 'optional' },
      { name: 'erpDataId', use: 'required', isId: true },
      { name: 'erpDataName', use: 'optional' },
      { name: 'note', use: 'info' },
    ],
    prepare(parameters) {
      const decision = parameters.optional('decision')?.toLowerCase();
      if (decision === undefined) return { result: 'skipped', problem: 'nobody has decided' };
      if (decision === 'skip') return { result: 'skipped', problem: 'as it was decided' };
      if (decision !== 'link')
        throw new RowRefused('decision', `expected link or skip, not ${decision}`, 'Correct this cell.');
      return linkBetween(pair, {
        crm: { id: parameters.required('crmDataId'), name: parameters.optional('crmDataName') },
        erp: { id: parameters.required('erpDataId'), name: parameters.optional('erpDataName') },
        remark: undefined,
      });
    },
    take: mappingTable.take.bind(mappingTable),
    rows: mappingTable.rows.bind(mappingTable),
  };
}

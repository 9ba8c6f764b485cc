import { textOf, type JsonObject, type RecordData, type Side } from '@syncline/contract';

/** A record of either side of the small world. */
export interface SideRecord {
  /** the natural key, by which a doubled create is seen */
  key: string;
  value: string;
  /** the id of another record of the same side, '' for none */
  parent: string;
  rows: SideRow[];
  isVoided: boolean;
}

export interface SideRow {
  id: string;
  /** the natural key, by which a doubled row is seen */
  key: string;
  value: string;
}

export const detailOf: Record<Side, string> = { crm: 'ContactObj', erp: 'BD_Contact' };
export const idFieldOf: Record<Side, string> = { crm: '_id', erp: 'id' };

/** The record as it travels. */
export function dataOf(side: Side, id: string, record: SideRecord): RecordData {
  const { key, value, parent, rows } = record;
  const idField = idFieldOf[side];
  return {
    master: { [idField]: id, key, value, parent },
    details: {
      [detailOf[side]]: rows.map((row) => ({ [idField]: row.id, key: row.key, value: row.value })),
    },
  };
}

/** Writes what arrived over a record: rows with an id are updated, rows without are added, others stay. */
export function writeOver(
  side: Side,
  before: SideRecord | undefined,
  data: { master: JsonObject; details: Record<string, JsonObject[]> },
  newId: () => string,
): { record: SideRecord; rowIds: string[] } {
  const { key, value, parent } = data.master;
  const rows = (before?.rows ?? []).map((row) => ({ ...row }));
  const rowIds = (data.details[detailOf[side]] ?? []).map((sent) => {
    const fields = { key: textOf(sent['key']), value: textOf(sent['value']) };
    const id = textOf(sent[idFieldOf[side]]);
    const there = rows.find((row) => row.id === id);
    if (there !== undefined) Object.assign(there, fields);
    const row = there ?? { id: newId(), ...fields };
    if (there === undefined) rows.push(row);
    return row.id;
  });
  const record = { key: textOf(key), value: textOf(value), parent: textOf(parent), rows, isVoided: false };
  return { record, rowIds };
}

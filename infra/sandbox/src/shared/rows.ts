import { textOf, type JsonObject } from '@syncline/contract';

/** Rows of details by the API name of their object. */
export type DetailRows = Record<string, JsonObject[]>;
export type DetailIds = Record<string, string[]>;

/** How the rows of one detail object are told apart, and how new ones are numbered. */
export type RowIdentity = (detailApiName: string) => { idField: string; next: () => string };

/** A row names an id that its record does not have. */
export interface UnknownRow {
  detailApiName: string;
  rowId: string;
}

/**
 * The ids of rows that were sent, in the order sent: their own where they carry one, new ones otherwise.
 * @param present the rows that the record has; null for a new record, whose rows all get new ids
 */
export function identifyRows(
  sent: DetailRows,
  present: DetailRows | null,
  identity: RowIdentity,
): DetailIds | UnknownRow {
  const ids: [string, string[]][] = [];
  for (const [detailApiName, rows] of Object.entries(sent)) {
    const { idField, next } = identity(detailApiName);
    const known = new Set(
      present === null ? [] : rowsOf(present, detailApiName).map((row) => textOf(row[idField])),
    );
    const rowIds: string[] = [];
    for (const row of rows) {
      const rowId = present === null ? '' : textOf(row[idField]);
      if (rowId !== '' && !known.has(rowId)) return { detailApiName, rowId };
      rowIds.push(rowId === '' ? next() : rowId);
    }
    ids.push([detailApiName, rowIds]);
  }
  return Object.fromEntries(ids);
}

export function isUnknownRow(ids: DetailIds | UnknownRow): ids is UnknownRow {
  return typeof (ids as { rowId?: unknown }).rowId === 'string';
}

interface RowChange {
  sent: DetailRows;
  ids: DetailIds;
  removed?: DetailIds | undefined;
}

/** The rows of a record after a change: sent ones are merged or added, removed ones go, all others stay. */
export function mergeRows(present: DetailRows, change: RowChange, identity: RowIdentity): DetailRows {
  const apis = new Set([...Object.keys(present), ...Object.keys(change.sent)]);
  return Object.fromEntries(
    [...apis].map((api) => {
      const { idField } = identity(api);
      const rows = new Map(rowsOf(present, api).map((row) => [textOf(row[idField]), row]));
      for (const [i, row] of rowsOf(change.sent, api).entries()) {
        const rowId = idsOf(change.ids, api)[i] ?? '';
        rows.set(rowId, { ...rows.get(rowId), ...row, [idField]: rowId });
      }
      for (const rowId of idsOf(change.removed ?? {}, api)) rows.delete(rowId);
      return [api, [...rows.values()]];
    }),
  );
}

// `Object.hasOwn`: an API name such as `constructor` must not find what every object inherits.
function rowsOf(rows: DetailRows, api: string): JsonObject[] {
  return Object.hasOwn(rows, api) ? (rows[api] ?? []) : [];
}

export function idsOf(ids: DetailIds, api: string): string[] {
  return Object.hasOwn(ids, api) ? (ids[api] ?? []) : [];
}

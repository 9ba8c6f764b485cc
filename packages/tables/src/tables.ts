import type { Readable } from 'node:stream';
import type { TextEncoding } from './decode-text.ts';
import { readCsv } from './read-csv.ts';
import { readXlsx } from './read-xlsx.ts';
import { defaultLimits, type TableFormat, type TableLimits, type TableRow } from './table.ts';
import { writeCsv } from './write-csv.ts';
import { writeXlsx } from './write-xlsx.ts';

export interface TableFile {
  path: string;
  format: TableFormat;
  /** of a text file; absent: found out */
  encoding?: TextEncoding | undefined;
}

/**
 * A table's rows, read one after the other.
 * @throws BadTable from where the file cannot be read any further
 */
export function readTable(
  { path, format, encoding }: TableFile,
  limits: TableLimits = defaultLimits,
): AsyncGenerator<TableRow> {
  return format === 'csv' ? readCsv(path, limits, encoding) : readXlsx(path, limits);
}

/** A file of the rows; the first is the heading. */
export function writeTable(format: TableFormat, rows: AsyncIterable<readonly string[]>): Readable {
  return format === 'csv' ? writeCsv(rows) : writeXlsx(rows);
}

/** The kinds of file that people keep tables in. */
export const tableFormats = ['csv', 'xlsx'] as const;
export type TableFormat = (typeof tableFormats)[number];

/** One row as it was read. */
export interface TableRow {
  /** where it begins: the line of a text file, the row of a sheet; the first is 1 */
  line: number;
  /** text as it was written: `007` and numbers of 20 digits keep all their digits */
  cells: string[];
  /** cells whose text is not what somebody once entered, by column: why, for people */
  damaged?: ReadonlyMap<number, string>;
}

/** What one file may take: it is somebody else's. */
export interface TableLimits {
  rows: number;
  columns: number;
  /** characters of a cell; a spreadsheet's own limit is 32767 */
  cellLength: number;
  /** all that a spreadsheet unpacks to */
  unpackedBytes: number;
  /** texts of a spreadsheet that its cells share: these are held in memory */
  sharedTextBytes: number;
}

export const defaultLimits: TableLimits = {
  rows: 1_000_000,
  columns: 256,
  cellLength: 32_767,
  unpackedBytes: 512 * 1024 * 1024,
  sharedTextBytes: 48 * 1024 * 1024,
};

/** A file that cannot be read any further. Its message says where, and what to do. */
export class BadTable extends Error {
  override readonly name = 'BadTable';
  readonly line: number | null;

  constructor(message: string, line: number | null = null) {
    super(line === null ? message : `line ${String(line)}: ${message}`);
    this.line = line;
  }
}

/** The format that a file's name promises, or null. */
export function formatOf(fileName: string): TableFormat | null {
  const ending = /\.([^./\\]+)$/.exec(fileName)?.[1]?.toLowerCase();
  return tableFormats.find((format) => format === ending) ?? null;
}

/** @throws BadTable when a row is more than a table may hold */
export function checkSize(row: TableRow, limits: TableLimits): TableRow {
  if (row.line > limits.rows)
    throw new BadTable(`the table has over ${String(limits.rows)} lines; split the file`, row.line);
  if (row.cells.length > limits.columns)
    throw new BadTable(`over ${String(limits.columns)} columns; is the separator right?`, row.line);
  if (row.cells.some((cell) => cell.length > limits.cellLength))
    throw new BadTable(`a cell has over ${String(limits.cellLength)} characters`, row.line);
  return row;
}

import { RefusedRequest } from '@syncline/contract';
import type { TableRow } from '@syncline/tables';
import { Parameters } from '../open-api/parameters.ts';
import type { Column, RowEnd } from './table-kind.ts';

/** A row that cannot be taken, and which of its cells is to blame. */
export class RowRefused extends Error {
  override readonly name = 'RowRefused';
  readonly column: string | null;
  readonly remedy: string;

  constructor(column: string | null, problem: string, remedy: string) {
    super(problem);
    this.column = column;
    this.remedy = remedy;
  }
}

/** One row with its cells by the names of the columns, read as the parameters of an API call are. */
export class ImportRow {
  readonly line: number;
  readonly cells: readonly string[];
  readonly parameters: Parameters;

  /** @throws RowRefused when a cell is not what somebody once entered */
  constructor(row: TableRow, heading: Heading) {
    this.line = row.line;
    this.cells = row.cells;
    const fields: [string, string][] = [];
    for (const [at, column] of heading.columns) {
      const cell = row.cells[at] ?? '';
      const text = column.isId === true ? cell : cell.trim();
      const damage = row.damaged?.get(at) ?? (column.isId === true ? damageOf(text) : null);
      if (damage != null && column.use !== 'info')
        throw new RowRefused(column.name, `${JSON.stringify(text)}: ${damage}`, 'Enter it as text.');
      fields.push([column.name, text]);
    }
    this.parameters = new Parameters(Object.fromEntries(fields));
  }
}

/** What a spreadsheet makes of a long number when it saves a text file, and what a hand leaves behind. */
function damageOf(text: string): string | null {
  if (text !== text.trim()) return 'it begins or ends with a space, which is hardly part of the id';
  return /^-?\d(?:[.,]\d+)?E\+\d+$/i.test(text)
    ? 'a spreadsheet has shortened a long number: format the column as text, or use .xlsx'
    : null;
}

/** Which column stands where. */
export interface Heading {
  columns: ReadonlyMap<number, Column>;
  /** names that mean nothing here */
  ignored: string[];
}

/**
 * Finds the columns by the names in the first row, in any order and case.
 * @throws RefusedRequest when a required one is missing or one comes twice
 */
export function readHeading(row: TableRow | undefined, columns: readonly Column[]): Heading {
  const expected = columns.filter(({ use }) => use !== 'info').map(({ name }) => name);
  if (row === undefined)
    throw new RefusedRequest(
      'badBody',
      `the file is empty; its first line names the columns: ${expected.join(', ')}`,
    );
  const byName = new Map(columns.map((column) => [column.name.toLowerCase(), column]));
  const found = new Map<number, Column>();
  const ignored: string[] = [];
  for (const [at, cell] of row.cells.entries()) {
    const column = byName.get(cell.trim().toLowerCase());
    if (column !== undefined && [...found.values()].includes(column))
      throw new RefusedRequest('badBody', `line ${String(row.line)}: the column ${column.name} comes twice`);
    if (column !== undefined) found.set(at, column);
    else if (cell.trim() !== '') ignored.push(cell.trim().slice(0, 100));
  }
  const there = [...found.values()];
  const missing = columns.filter((column) => column.use === 'required' && !there.includes(column));
  if (missing.length > 0)
    throw new RefusedRequest(
      'badBody',
      `line ${String(row.line)}: there is no column ${missing.map(({ name }) => name).join(', ')}; the first line names the columns: ${expected.join(', ')}`,
    );
  return { columns: found, ignored };
}

type Refused = Extract<RowEnd, { result: 'refused' }>;

const advice: Partial<Record<RefusedRequest['errorName'], { column: string | null; remedy: string }>> = {
  notFound: { column: null, remedy: 'Correct the object names, or apply a stream that pairs them.' },
  badDataCenter: { column: 'dataCenterId', remedy: 'Name one of the data centers of the tenant.' },
  badBody: { column: null, remedy: 'Correct this cell.' },
};

/** What is wrong with a row, from whatever refused it; everything else is thrown on. */
export function refusalOf(error: unknown): Refused {
  if (error instanceof RowRefused)
    return { result: 'refused', column: error.column, problem: error.message, remedy: error.remedy };
  if (!(error instanceof RefusedRequest)) throw error;
  // The rules are those of the Open API, and so are their words: `$.destDataId: is required`.
  const [, named, problem] = /^\$\.([A-Za-z]+): (.*)$/s.exec(error.message) ?? [];
  const { column = null, remedy = 'Correct this row.' } = advice[error.errorName] ?? {};
  return { result: 'refused', column: named ?? column, problem: problem ?? error.message, remedy };
}

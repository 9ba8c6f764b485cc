import { Readable } from 'node:stream';
import { CsvError, parse, type Info } from 'csv-parse';
import { decodeText, type TextEncoding } from './decode-text.ts';
import { unguard } from './formula-guard.ts';
import { BadTable, checkSize, type TableLimits, type TableRow } from './table.ts';

const separators = [',', ';', '\t', '|'];
/** Where the first line has no end within this, it is no table. */
const mostHeaderLength = 64 * 1024;

/**
 * The rows of a text file, one after the other; empty lines are left out.
 * @throws BadTable from where the file cannot be read any further
 */
export async function* readCsv(
  file: string,
  limits: TableLimits,
  encoding?: TextEncoding,
): AsyncGenerator<TableRow> {
  const text = decodeText(file, encoding);
  const { separator, skipped, rest } = await findSeparator(text);
  const parser = Readable.from(rest).pipe(
    parse({
      delimiter: separator,
      relax_column_count: true,
      info: true,
      // In characters, and of a whole record: a quotation mark that is never closed must not swallow the file.
      max_record_size: limits.cellLength * 8,
    }),
  );
  // What goes wrong before the parser ends it too.
  let ended = skipped;
  try {
    for await (const { info, record } of parser as AsyncIterable<{ info: Info; record: string[] }>) {
      const line = ended + 1;
      ended = info.lines + skipped;
      if (record.some((cell) => cell !== '')) yield checkSize({ line, cells: record.map(unguard) }, limits);
    }
  } catch (error) {
    throw error instanceof CsvError ? explained(error, ended + 1) : error;
  }
}

function explained(error: CsvError, line: number): BadTable {
  const why: Record<string, string> = {
    CSV_QUOTE_NOT_CLOSED: 'a quotation mark is opened and never closed',
    CSV_MAX_RECORD_SIZE: 'the row is too long; is a quotation mark missing?',
    CSV_INVALID_CLOSING_QUOTE: 'after a closing quotation mark comes neither a separator nor a line end',
    INVALID_OPENING_QUOTE: 'a quotation mark stands in the middle of a cell; double it and quote the cell',
  };
  return new BadTable(`${why[error.code] ?? error.message}; what follows was not read`, line);
}

interface Start {
  separator: string;
  /** lines before the table */
  skipped: number;
  rest: AsyncIterable<string>;
}

/** The separator of the first line: what the line `sep=;` of a spreadsheet says, or what stands there most often. */
async function findSeparator(text: AsyncGenerator<string>): Promise<Start> {
  let head = '';
  let isOver = false;
  while (!/[\r\n]./s.test(head) && !isOver && head.length < mostHeaderLength) {
    const next = await text.next();
    if (next.done === true) isOver = true;
    else head += next.value;
  }
  const said = /^sep=(.)\r?\n/s.exec(head);
  if (said !== null)
    return { separator: said[1] ?? ',', skipped: 1, rest: joined(head.slice(said[0].length), text) };
  const line = unquoted(head).split(/[\r\n]/)[0] ?? '';
  const counts = separators.map((separator) => line.split(separator).length - 1);
  const separator = separators[counts.indexOf(Math.max(...counts))] ?? ',';
  return { separator, skipped: 0, rest: joined(head, text) };
}

function unquoted(text: string): string {
  return text.replace(/"[^"]*"/g, '');
}

async function* joined(head: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  if (head !== '') yield head;
  yield* rest;
}

import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { writeTable } from '@syncline/tables';
import { mappingCalls } from '../mapping-calls.ts';
import type { Output } from '../output.ts';
import { Refused } from '../refused.ts';
import type { Context } from './command.ts';
import type { TableName } from '../table-names.ts';
import { bodyOf, formatOfFile } from './export.ts';

export interface ImportOptions {
  dryRun: boolean;
  tenant?: string;
  encoding?: string;
  report?: string;
}

type Counts = Record<'rows' | 'created' | 'updated' | 'unchanged' | 'skipped' | 'refused', number>;

interface RowNote {
  kind: 'row';
  line: number;
  cells: string[];
  end: { result: string; column?: string | null; problem: string; remedy?: string };
}

/** What mapping says while it imports, a line each. */
type ImportNote =
  | { kind: 'begin'; columns: string[]; ignored: string[] }
  | RowNote
  | ({ kind: 'progress' } & Counts)
  | ({ kind: 'end'; problem: string | null } & Counts);

type EndNote = Extract<ImportNote, { kind: 'end' }>;

const reportColumns = ['line', 'result', 'column', 'problem', 'remedy'];
const mostShown = 10;

/**
 * Reads a file into one of the two tables. What was not taken stands in a report: its rows can be corrected there and
 * imported again. Exit code 1 when something was refused.
 */
export async function importTable(
  table: TableName,
  file: string,
  options: ImportOptions,
  { installation, output }: Context,
): Promise<void> {
  const format = formatOfFile(file);
  if (!existsSync(file)) throw new Refused(`There is no file ${file}.`, 2);
  const report = options.report ?? file.replace(/\.[^.]+$/, `.report.${format}`);
  formatOfFile(report);
  const call = await mappingCalls(installation);
  const response = await call(`/tables/${table}/import`, {
    method: 'POST',
    query: {
      format,
      dryRun: String(options.dryRun),
      tenantId: options.tenant,
      encoding: options.encoding,
    },
    body: Readable.toWeb(createReadStream(file)) as ReadableStream,
  });
  await concludeImport(response, { report, isDryRun: options.dryRun }, output);
}

/** Shows what becomes of an import's rows, and puts those that were not taken into a report. */
export async function concludeImport(
  response: Response,
  { report, isDryRun }: { report: string; isDryRun: boolean },
  output: Pick<Output, 'say'>,
): Promise<void> {
  const told = new Told(output);
  const rows = told.reportRows(notesOf(response));
  await pipeline(writeTable(formatOfFile(report), rows), createWriteStream(report));
  if (told.reported === 0) await rm(report, { force: true });
  conclude(told, { report, isDryRun }, output);
}

/** The notes of the answer as they come. */
async function* notesOf(response: Response): AsyncGenerator<ImportNote> {
  for await (const line of createInterface({ input: bodyOf(response), crlfDelay: Infinity }))
    if (line !== '') yield JSON.parse(line) as ImportNote;
}

/** Shows what is told, and keeps what the conclusion needs. */
class Told {
  reported = 0;
  end: EndNote | null = null;
  private readonly output: Pick<Output, 'say'>;
  private shownRows = 0;

  constructor(output: Pick<Output, 'say'>) {
    this.output = output;
  }

  /** The report's rows: the file's own cells, then what became of them. */
  async *reportRows(notes: AsyncIterable<ImportNote>): AsyncGenerator<string[]> {
    let width = 0;
    for await (const note of notes) {
      if (note.kind === 'begin') {
        width = note.columns.length;
        if (note.ignored.length > 0) this.output.say(`Not looked at: ${note.ignored.join(', ')}`);
        yield [...note.columns, ...reportColumns];
      } else if (note.kind === 'row') {
        this.reported += 1;
        this.show(note);
        yield reportRow(note, width);
      } else if (note.kind === 'end') this.end = note;
      else if (note.rows % 10_000 === 0) this.output.say(`${String(note.rows)} rows …`);
    }
  }

  private show({ line, end }: RowNote): void {
    if (end.result !== 'refused' || (this.shownRows += 1) > mostShown) return;
    const where = end.column == null ? '' : `, ${end.column}`;
    this.output.say(`line ${String(line)}${where}: ${end.problem} ${end.remedy ?? ''}`);
    if (this.shownRows === mostShown) this.output.say('… the others stand in the report.');
  }
}

function reportRow({ line, cells, end }: RowNote, width: number): string[] {
  const filled = Array.from({ length: width }, (_, i) => cells[i] ?? '');
  return [...filled, String(line), end.result, end.column ?? '', end.problem, end.remedy ?? ''];
}

function conclude(
  { end, reported }: Told,
  { report, isDryRun }: { report: string; isDryRun: boolean },
  output: Pick<Output, 'say'>,
): void {
  const where = reported === 0 ? '' : ` What was not taken: ${report}.`;
  if (end === null)
    throw new Refused(
      `The answer broke off. Import the same file again: what was taken stays as it is.${where}`,
    );
  const { rows, created, updated, unchanged, skipped, refused, problem } = end;
  const parts = Object.entries({
    [isDryRun ? 'would be new' : 'new']: created,
    updated,
    unchanged,
    skipped,
    refused,
  });
  const counted = parts.filter(([, count]) => count > 0).map(([name, count]) => `${String(count)} ${name}`);
  output.say(
    `${isDryRun ? 'Nothing was changed. ' : ''}${String(rows)} rows: ${counted.join(', ') || 'none'}.${where}`,
  );
  if (problem !== null) throw new Refused(problem);
  if (refused > 0) throw new Refused('Correct the rows in the report and import it again.');
}

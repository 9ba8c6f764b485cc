import { sleep, type Logger } from '@syncline/chassis';
import { RefusedRequest } from '@syncline/contract';
import { StoreUnavailable } from '@syncline/store';
import { BadTable, type TableRow } from '@syncline/tables';
import type { CatalogView } from '@syncline/catalog';
import type { Access } from '../operator-access.ts';
import { ImportRow, refusalOf, RowRefused, type Heading } from './import-row.ts';
import { Said } from './said.ts';
import { isEnd, type RowEnd, type TableDependencies, type TableKind } from './table-kind.ts';

/** One line of the answer to an import. */
export type ImportNote =
  | { kind: 'begin'; columns: readonly string[]; ignored: readonly string[]; isDryRun: boolean }
  | { kind: 'row'; line: number; cells: readonly string[]; end: Exclude<RowEnd, { result: 'created' }> }
  | ({ kind: 'progress' } & Counts)
  /** `problem`: why the rest of the file was not read; null when all of it was */
  | ({ kind: 'end'; problem: string | null } & Counts);

export type Counts = Record<RowEnd['result'] | 'rows', number>;

export interface ImportRequest {
  kind: TableKind;
  heading: Heading;
  columns: readonly string[];
  rows: AsyncGenerator<TableRow>;
  access: Access;
  /** of rows that name none */
  tenantId: string | null;
  isDryRun: boolean;
  /** aborts when the process stops */
  stopping: AbortSignal;
}

/** So many rows are decided together: live traffic shares the way. */
const batchSize = 200;
const retryMs = [500, 2_000, 5_000];

export interface ImportDependencies extends TableDependencies {
  catalog: { view(): CatalogView };
  logger: Logger;
}

/**
 * Takes the rows of a file, some at a time, and tells of each that was not simply taken. Good rows are taken whatever
 * becomes of others, and taking the same file again changes nothing.
 */
export async function* importTable(
  request: ImportRequest,
  deps: ImportDependencies,
): AsyncGenerator<ImportNote> {
  const { columns, heading, isDryRun } = request;
  const counts: Counts = { rows: 0, created: 0, updated: 0, unchanged: 0, skipped: 0, refused: 0 };
  yield { kind: 'begin', columns, ignored: heading.ignored, isDryRun };
  const said = new Said();
  let problem: string | null = null;
  try {
    for await (const batch of batches(request.rows)) {
      request.stopping.throwIfAborted();
      const ends = await takeBatch(batch, said, request, deps);
      for (const [i, end] of ends.entries()) {
        counts.rows += 1;
        counts[end.result] += 1;
        const row = batch[i];
        if (row !== undefined && (end.result === 'refused' || end.result === 'skipped'))
          yield { kind: 'row', line: row.line, cells: row.cells, end };
      }
      yield { kind: 'progress', ...counts };
    }
    if (isDryRun && said.isFull)
      problem =
        'A dry run compares only the first rows of so large a file with each other; the import compares all.';
  } catch (error) {
    problem = whyEnded(error, request.stopping);
    if (problem === null) throw error;
    deps.logger.warn('an import ended before its file did', { error });
  }
  yield { kind: 'end', problem, ...counts };
}

function whyEnded(error: unknown, stopping: AbortSignal): string | null {
  const again = 'Import the same file again: what was taken stays as it is.';
  if (error instanceof BadTable) return `${error.message}.`;
  if (stopping.aborted) return `Mapping is stopping. ${again}`;
  if (error instanceof Error && isPassing(error)) return `The store or the broker does not answer. ${again}`;
  return null;
}

async function* batches(rows: AsyncGenerator<TableRow>): AsyncGenerator<TableRow[]> {
  let batch: TableRow[] = [];
  try {
    for await (const row of rows) {
      batch.push(row);
      if (batch.length < batchSize) continue;
      yield batch;
      batch = [];
    }
  } catch (error) {
    // The rows before the place that cannot be read are taken first.
    if (batch.length > 0) yield batch;
    throw error;
  }
  if (batch.length > 0) yield batch;
}

async function takeBatch(
  batch: readonly TableRow[],
  said: Said,
  request: ImportRequest,
  deps: ImportDependencies,
): Promise<RowEnd[]> {
  const view = deps.catalog.view();
  const prepared = batch.map((row) => prepare(row, request, view));
  const toTake = prepared.filter((one) => !isEnd(one));
  const taken = await patiently(
    () => request.kind.take(toTake, { isDryRun: request.isDryRun, said }, deps),
    request,
  );
  let next = 0;
  return prepared.map((one) => (isEnd(one) ? one : (taken[next++] ?? lost)));
}

const lost: RowEnd = {
  result: 'refused',
  column: null,
  problem: 'nothing was answered for this row',
  remedy: 'Import it again.',
};

function prepare(
  row: TableRow,
  { heading, kind, access, tenantId }: ImportRequest,
  view: CatalogView,
): object {
  try {
    const read = new ImportRow(row, heading);
    const named = read.parameters.optional('tenantId') ?? tenantId;
    if (named === null)
      throw new RowRefused(
        'tenantId',
        'is required, as there are several tenants',
        'Fill it in, or name one for all.',
      );
    if (!access.may(named) || view.tenant(named) === undefined)
      throw new RowRefused('tenantId', `there is no tenant ${named}`, 'Name a tenant that is configured.');
    return kind.prepare(read.parameters, named, view) as object;
  } catch (error) {
    return refusalOf(error);
  }
}

/** The store or the broker may be away for a moment. */
async function patiently<T>(
  work: () => Promise<T>,
  { stopping }: Pick<ImportRequest, 'stopping'>,
): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const pauseMs = retryMs[tries];
      if (pauseMs === undefined || !(error instanceof Error) || !isPassing(error)) throw error;
      await sleep(pauseMs, stopping);
    }
  }
}

function isPassing(error: Error): boolean {
  const passing = ['QueueFull', 'EvaluatorBusy', 'SandboxUnavailable', 'PublishFailed'];
  return error instanceof StoreUnavailable || passing.includes(error.name);
}

/** @throws RefusedRequest when the file cannot be read at all */
export async function firstRow(rows: AsyncGenerator<TableRow>): Promise<TableRow | undefined> {
  try {
    const first = await rows.next();
    return first.done === true ? undefined : first.value;
  } catch (error) {
    if (error instanceof BadTable) throw new RefusedRequest('badBody', error.message);
    throw error;
  }
}

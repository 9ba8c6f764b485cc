import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CatalogView, Stream } from '@syncline/catalog';
import { RefusedRequest, stringifyJson } from '@syncline/contract';
import {
  readTable,
  tableFormats,
  textEncodings,
  writeTable,
  type TableFormat,
  type TextEncoding,
} from '@syncline/tables';
import express from 'express';
import { accessOf, type Access } from './operator-access.ts';
import type { Running } from './running.ts';
import { fieldMappingTable } from './tables/field-mapping-table.ts';
import { readHeading } from './tables/import-row.ts';
import { firstRow, importTable, type ImportDependencies, type ImportNote } from './tables/import-table.ts';
import { mappingTable } from './tables/mapping-table.ts';
import { spool } from './tables/spool.ts';
import type { Selection, TableKind } from './tables/table-kind.ts';

const kinds: ReadonlyMap<string, TableKind> = new Map<string, TableKind>([
  ['mappings', mappingTable],
  ['field-mappings', fieldMappingTable],
]);

const contentTypes: Record<TableFormat, string> = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

export type TablesDependencies = ImportDependencies & { running: Running };

/**
 * `GET /tables/{mappings|field-mappings}/export` and `POST /tables/{…}/import`: the data mapping table and the field
 * mapping table as files, for operators.
 */
export function createTablesRoute(deps: TablesDependencies): express.Router {
  const router = express.Router();
  router.get('/tables/:table/export', async (req, res) => {
    const kind = kindOf(req.params.table);
    const view = deps.catalog.view();
    const access = await accessOf(req, { view, store: deps.store });
    const format = oneOf(req, 'format', tableFormats) ?? 'csv';
    const selection = selectionOf(req, view, access);
    if (selection.stream !== null && kind !== kinds.get('mappings'))
      throw new RefusedRequest(
        'badQuery',
        'streamId: field mappings belong to a data center, not to a stream',
      );
    res.setHeader('Content-Type', contentTypes[format]);
    res.setHeader('Content-Disposition', `attachment; filename="${req.params.table}.${format}"`);
    await deps.running.run('export', () => sent(writeTable(format, withHeading(kind, selection, deps)), res));
  });
  router.post('/tables/:table/import', async (req, res) => {
    const kind = kindOf(req.params.table);
    const view = deps.catalog.view();
    const access = await accessOf(req, { view, store: deps.store });
    const query = {
      format: oneOf(req, 'format', tableFormats) ?? 'csv',
      encoding: oneOf(req, 'encoding', textEncodings),
      isDryRun: oneOf(req, 'dryRun', ['true', 'false']) === 'true',
      tenantId: tenantOf(req, view, access),
    };
    await deps.running.run('import', (stopping) =>
      takeFile(req, res, { kind, access, ...query, stopping }, deps),
    );
  });
  return router;
}

interface Asked {
  kind: TableKind;
  access: Access;
  format: TableFormat;
  encoding: TextEncoding | undefined;
  isDryRun: boolean;
  tenantId: string | null;
  stopping: AbortSignal;
}

async function takeFile(
  req: express.Request,
  res: express.Response,
  asked: Asked,
  deps: TablesDependencies,
): Promise<void> {
  const { kind, format, encoding } = asked;
  const file = await spool(req);
  const rows = readTable({ path: file.path, format, encoding });
  try {
    const first = await firstRow(rows);
    const heading = readHeading(first, kind.columns);
    const notes = importTable({ ...asked, heading, columns: first?.cells ?? [], rows }, deps);
    res.setHeader('Content-Type', 'application/x-ndjson');
    await sent(Readable.from(lines(notes)), res);
  } finally {
    await rows.return(undefined);
    await file.remove();
  }
}

/** Who goes away while the answer is on its way wants no more of it. */
async function sent(answer: Readable, res: express.Response): Promise<void> {
  try {
    await pipeline(answer, res);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

async function* lines(notes: AsyncGenerator<ImportNote>): AsyncGenerator<string> {
  for await (const note of notes) yield `${stringifyJson(note)}\n`;
}

async function* withHeading(
  kind: TableKind,
  selection: Selection,
  { store }: TablesDependencies,
): AsyncGenerator<readonly string[]> {
  yield kind.columns.map(({ name }) => name);
  yield* kind.rows(selection, store);
}

function kindOf(name: string): TableKind {
  const kind = kinds.get(name);
  if (kind !== undefined) return kind;
  throw new RefusedRequest(
    'notFound',
    `there is no table ${name}; there are ${[...kinds.keys()].join(', ')}`,
  );
}

function textOf(req: express.Request, name: string): string | undefined {
  const value = req.query[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw new RefusedRequest('badQuery', `${name}: comes twice`);
  return value;
}

function oneOf<Word extends string>(
  req: express.Request,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const text = textOf(req, name);
  const word = words.find((one) => one === text);
  if (text !== undefined && word === undefined)
    throw new RefusedRequest('badQuery', `${name}: expected one of ${words.join(', ')}`);
  return word;
}

function tenantOf(req: express.Request, view: CatalogView, access: Access): string | null {
  const named = textOf(req, 'tenantId');
  if (named === undefined) return access.tenantId;
  if (!access.may(named) || view.tenant(named) === undefined)
    throw new RefusedRequest('notFound', `there is no tenant ${named}`);
  return named;
}

function selectionOf(req: express.Request, view: CatalogView, access: Access): Selection {
  const tenantId = tenantOf(req, view, access);
  const streamId = textOf(req, 'streamId');
  const stream = streamId === undefined ? null : streamNamed(streamId, view, access);
  const all = view.tenants.map(({ id }) => id).filter((id) => access.may(id));
  return { stream, tenantIds: stream !== null ? [stream.tenantId] : tenantId !== null ? [tenantId] : all };
}

/** By its id or its name. */
function streamNamed(wanted: string, view: CatalogView, access: Access): Stream {
  const found = view.streams.filter(
    ({ id, name, tenantId }) => (id === wanted || name === wanted) && access.may(tenantId),
  );
  const [stream, ...others] = found;
  if (stream === undefined) throw new RefusedRequest('notFound', `there is no stream ${wanted}`);
  if (others.length > 0)
    throw new RefusedRequest('badQuery', `streamId: several streams have the name ${wanted}; send its id`);
  return stream;
}

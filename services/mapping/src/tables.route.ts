import type { CatalogView } from '@syncline/catalog';
import { RefusedRequest } from '@syncline/contract';
import { tableFormats, textEncodings } from '@syncline/tables';
import express from 'express';
import { accessOf, type Access, type AccessDependencies } from './operator-access.ts';
import type { Running } from './running.ts';
import { fieldMappingTable } from './tables/field-mapping-table.ts';
import { queryText, queryWord, sendTable, streamNamed, takeFile } from './tables/file-answers.ts';
import type { ImportDependencies } from './tables/import-table.ts';
import { mappingTable } from './tables/mapping-table.ts';
import type { Selection, TableKind } from './tables/table-kind.ts';

const kinds: ReadonlyMap<string, TableKind> = new Map<string, TableKind>([
  ['mappings', mappingTable],
  ['field-mappings', fieldMappingTable],
]);

export type TablesDependencies = ImportDependencies & AccessDependencies & { running: Running };

/**
 * `GET /tables/{mappings|field-mappings}/export` and `POST /tables/{…}/import`: the data mapping table and the field
 * mapping table as files, for operators.
 */
export function createTablesRoute(deps: TablesDependencies): express.Router {
  const router = express.Router();
  router.get('/tables/:table/export', async (req, res) => {
    const kind = kindOf(req.params.table);
    const view = deps.catalog.view();
    const access = await accessOf(req, deps);
    const format = queryWord(req, 'format', tableFormats) ?? 'csv';
    const selection = selectionOf(req, view, access);
    if (selection.stream !== null && kind !== kinds.get('mappings'))
      throw new RefusedRequest(
        'badQuery',
        'streamId: field mappings belong to a data center, not to a stream',
      );
    const rows = withHeading(kind, selection, deps);
    await deps.running.run('export', () => sendTable(res, { name: req.params.table, format, rows }));
  });
  router.post('/tables/:table/import', async (req, res) => {
    const kind = kindOf(req.params.table);
    const view = deps.catalog.view();
    const access = await accessOf(req, deps);
    const query = {
      format: queryWord(req, 'format', tableFormats) ?? 'csv',
      encoding: queryWord(req, 'encoding', textEncodings),
      isDryRun: queryWord(req, 'dryRun', ['true', 'false']) === 'true',
      tenantId: tenantOf(req, view, access),
    };
    await deps.running.run('import', (stopping) =>
      takeFile(req, res, { kind, access, ...query, stopping }, deps),
    );
  });
  return router;
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

function tenantOf(req: express.Request, view: CatalogView, access: Access): string | null {
  const named = queryText(req, 'tenantId');
  if (named === undefined) return access.tenantId;
  if (!access.may(named) || view.tenant(named) === undefined)
    throw new RefusedRequest('notFound', `there is no tenant ${named}`);
  return named;
}

function selectionOf(req: express.Request, view: CatalogView, access: Access): Selection {
  const tenantId = tenantOf(req, view, access);
  const streamId = queryText(req, 'streamId');
  const stream = streamId === undefined ? null : streamNamed(streamId, view, access);
  const all = view.tenants.map(({ id }) => id).filter((id) => access.may(id));
  return { stream, tenantIds: stream !== null ? [stream.tenantId] : tenantId !== null ? [tenantId] : all };
}

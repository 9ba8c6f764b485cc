import { randomBytes } from 'node:crypto';
import { crmObjectOf, erpObjectOf, matchFieldsOf, type CatalogView, type Stream } from '@syncline/catalog';
import { refuseLongBody } from '@syncline/chassis';
import { RefusedRequest } from '@syncline/contract';
import type { LinkReading, LinkTask } from '@syncline/store';
import { tableFormats, textEncodings, type TableRow } from '@syncline/tables';
import express from 'express';
import { z } from 'zod';
import { removeRecords } from './link/crm-records.ts';
import { decisionTable, reportCells, reportColumns } from './link/decision-table.ts';
import { matchRows } from './link/match-groups.ts';
import { accessOf, type Access } from './operator-access.ts';
import type { TablesDependencies } from './tables.route.ts';
import { queryWord, sendNotes, sendTable, streamNamed, takeFile } from './tables/file-answers.ts';
import { readHeading } from './tables/import-row.ts';
import { importTable } from './tables/import-table.ts';

const maxBodyBytes = 64 * 1024;
/** How far back the reading begins where nobody says. */
const usualYears = 10;
const mostFormerRuns = 20;

const orderSchema = z.strictObject({
  from: z.number().int().nonnegative().optional(),
  to: z.number().int().positive().optional(),
  match: z.record(z.string().min(1).max(256), z.string().min(1).max(256)).default({}),
});

/**
 * `/link-tasks/{stream}`: pairs what both sides of a stream hold before it goes on. POST begins to read both sides, GET
 * tells how far that is, `report` what matches, `apply` links what matches one to one, `decisions` what a person decided.
 */
export function createLinkTasksRoute(deps: TablesDependencies): express.Router {
  const router = express.Router();
  addReading(router, deps);
  addMatching(router, deps);
  return router;
}

/** Begins, shows and removes the reading of both sides. */
function addReading(router: express.Router, deps: TablesDependencies): void {
  const { store } = deps;
  router.post(
    '/link-tasks/:stream',
    refuseLongBody(maxBodyBytes),
    express.json({ type: () => true, limit: maxBodyBytes }),
    async (req, res) => {
      const { stream } = await named(req, deps);
      const order = orderSchema.safeParse(req.body ?? {});
      if (!order.success) {
        const [issue] = order.error.issues;
        throw new RefusedRequest('badBody', `$.${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
      }
      const match = matchOf(stream, order.data.match, deps.catalog.view());
      const before = await store.linkTasks.get(stream.id);
      const task = newTask(stream, { ...order.data, match }, { before, now: deps.clock.now() });
      await store.linkTasks.begin(task);
      res.json(shown(task));
    },
  );
  router.get('/link-tasks/:stream', async (req, res) => {
    const { stream } = await named(req, deps);
    res.json(shown(await taskOf(stream, deps)));
  });
  router.delete('/link-tasks/:stream', async (req, res) => {
    const { stream } = await named(req, deps);
    const task = await taskOf(stream, deps);
    await deps.running.run('removal', async (stopping) => {
      for (const run of [...task.formerRuns, task.run]) await removeRecords(run, stopping, store);
      await store.linkTasks.remove(task);
    });
    res.json({ removed: true });
  });
}

/** What both sides hold, matched, and the ways to link it. */
function addMatching(router: express.Router, deps: TablesDependencies): void {
  router.get('/link-tasks/:stream/report', async (req, res) => {
    const { stream } = await named(req, deps);
    const task = await readTaskOf(stream, deps);
    const format = queryWord(req, 'format', tableFormats) ?? 'csv';
    const file = { name: `link-${stream.id}`, format, rows: reportRows(task, deps) };
    await deps.running.run('export', () => sendTable(res, file));
  });
  router.post('/link-tasks/:stream/apply', async (req, res) => {
    const { stream, access } = await named(req, deps);
    const task = await readTaskOf(stream, deps);
    const isDryRun = queryWord(req, 'dryRun', ['true', 'false']) === 'true';
    const kind = decisionTable(task);
    const columns = [...reportColumns];
    const heading = readHeading({ line: 1, cells: columns }, kind.columns);
    await deps.running.run('import', (stopping) => {
      const rows = oneToOne(task, deps);
      const request = { kind, heading, columns, rows, access, tenantId: task.tenantId, isDryRun, stopping };
      return sendNotes(res, importTable(request, deps));
    });
  });
  router.post('/link-tasks/:stream/decisions', async (req, res) => {
    const { stream, access } = await named(req, deps);
    const asked = {
      kind: decisionTable({
        tenantId: stream.tenantId,
        dataCenterId: stream.dataCenterId,
        crmObject: crmObjectOf(stream),
        erpObject: erpObjectOf(stream),
      }),
      access,
      format: queryWord(req, 'format', tableFormats) ?? 'csv',
      encoding: queryWord(req, 'encoding', textEncodings),
      isDryRun: queryWord(req, 'dryRun', ['true', 'false']) === 'true',
      tenantId: stream.tenantId,
    };
    await deps.running.run('import', (stopping) => takeFile(req, res, { ...asked, stopping }, deps));
  });
}

async function named(
  req: express.Request<{ stream: string }>,
  deps: TablesDependencies,
): Promise<{ stream: Stream; access: Access }> {
  const view = deps.catalog.view();
  const access = await accessOf(req, deps);
  return { access, stream: streamNamed(req.params.stream, view, access) };
}

async function taskOf(stream: Stream, { store }: TablesDependencies): Promise<LinkTask> {
  const task = await store.linkTasks.get(stream.id);
  if (task === null) throw new RefusedRequest('notFound', `there is no link task of ${stream.id}; begin one`);
  return task;
}

/** @throws RefusedRequest when nobody says what equals what */
function matchOf(
  stream: Stream,
  given: Readonly<Record<string, string>>,
  view: CatalogView,
): LinkTask['match'] {
  const { tenantId, dataCenterId } = stream;
  const [crmObject, erpObject] = [crmObjectOf(stream), erpObjectOf(stream)];
  const streams = view.pairStreams(tenantId, dataCenterId, crmObject, erpObject);
  const match = matchFieldsOf(streams, view.erpObject(tenantId, dataCenterId, erpObject), given);
  if (typeof match === 'string') throw new RefusedRequest('badBody', `match: ${match}`);
  return match;
}

/** Of a task whose both sides are read: a match is none while records are missing. */
async function readTaskOf(stream: Stream, deps: TablesDependencies): Promise<LinkTask> {
  const task = await taskOf(stream, deps);
  const open = (['crm', 'erp'] as const).filter((side) => task[side].state !== 'read');
  if (open.length === 0) return task;
  const why = open.map(
    (side) => `${side.toUpperCase()}: ${[task[side].state, ...task[side].problems].join('; ')}`,
  );
  throw new RefusedRequest('conflict', `both sides have to be read first (${why.join(', ')})`);
}

function newTask(
  stream: Stream,
  order: { from?: number | undefined; to?: number | undefined; match: LinkTask['match'] },
  { before, now }: { before: LinkTask | null; now: number },
): LinkTask {
  const date = new Date(now);
  const from = order.from ?? date.setUTCFullYear(date.getUTCFullYear() - usualYears);
  const to = order.to ?? null;
  if (from >= (to ?? now)) throw new RefusedRequest('badBody', '$.from: is not before the end');
  const reading: LinkReading = {
    state: 'reading',
    cursor: from,
    records: 0,
    problems: [],
    failures: 0,
    owner: '',
    until: 0,
  };
  return {
    streamId: stream.id,
    run: randomBytes(8).toString('hex'),
    tenantId: stream.tenantId,
    dataCenterId: stream.dataCenterId,
    crmObject: crmObjectOf(stream),
    erpObject: erpObjectOf(stream),
    match: order.match,
    from,
    to,
    formerRuns: before === null ? [] : [...before.formerRuns, before.run].slice(-mostFormerRuns),
    crm: reading,
    erp: reading,
    createdAt: now,
  };
}

function shown({ streamId, crmObject, erpObject, match, from, to, crm, erp, createdAt }: LinkTask) {
  const side = ({ state, cursor, records, problems, failures }: LinkReading) => ({
    state,
    readUntil: cursor,
    records,
    problems,
    failures,
  });
  return { streamId, crmObject, erpObject, match, from, to, crm: side(crm), erp: side(erp), createdAt };
}

async function* reportRows(task: LinkTask, { store }: TablesDependencies): AsyncGenerator<readonly string[]> {
  yield reportColumns;
  for await (const row of matchRows(task, store)) yield reportCells(row);
}

/** The matches that nobody has to decide, as decisions. */
async function* oneToOne(task: LinkTask, { store }: TablesDependencies): AsyncGenerator<TableRow> {
  let line = 1;
  for await (const row of matchRows(task, store)) {
    line += 1;
    if (row.verdict === 'one-to-one') yield { line, cells: ['link', ...reportCells(row).slice(1)] };
  }
}

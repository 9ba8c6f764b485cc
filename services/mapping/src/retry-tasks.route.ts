import { randomBytes } from 'node:crypto';
import { RefusedRequest, stringifyJson } from '@syncline/contract';
import { shownRetryTask } from '@syncline/history-tasks';
import type { RetryTask, Store } from '@syncline/store';
import express from 'express';
import { z } from 'zod';
import { accessOf, type AccessDependencies } from './operator-access.ts';
import { accessIn, bodyOf, personField, takeBody } from './operator-body.ts';
import type { PreviewDeps } from './preview/preview.ts';
import { nameOf } from './retry/person.ts';
import { previewRetry } from './retry/preview-retry.ts';
import { selectionSchema, selectionText } from './retry/selection.ts';
import type { Running } from './running.ts';

export interface RetryTasksRouteDeps extends PreviewDeps, AccessDependencies {
  store: Store;
  running: Running;
}

const usualRate = 50;
const highestRate = 1_000;
const listed = 50;
const mostReported = 200;
/** A person who asks for more than this at once has not seen what runs. */
const mostQueued = 20;

const orderSchema = z.strictObject({
  tenantId: z.string().min(1).max(256).optional().describe('needed where there are several'),
  by: personField,
  filter: selectionSchema.prefault({}),
  mode: z.enum(['stored', 'fetch']).default('stored'),
  rate: z.number().positive().max(highestRate).default(usualRate),
});

/**
 * `/retry-tasks`: many syncs are tried again with one action. POST begins a task, `preview` shows what it would do, GET
 * lists them, `{id}` tells how far one is, `{id}/report` what was left and what failed, `{id}/stop` ends it.
 */
export function createRetryTasksRoute(deps: RetryTasksRouteDeps): express.Router {
  const router = express.Router();
  addTasks(router, deps);
  addOneTask(router, deps);
  return router;
}

function addTasks(router: express.Router, deps: RetryTasksRouteDeps): void {
  const { store, clock, running } = deps;
  router.post('/retry-tasks/preview', takeBody(deps), async (req: express.Request, res: express.Response) => {
    const { tenantId, filter: selection, mode, access, by } = orderOf(req, res, deps);
    const asked = { id: 'retry-preview', by: nameOf(by, access), mode };
    const view = deps.catalog.view();
    const preview = await running.run('preview', () =>
      previewRetry({ tenantId, selection }, asked, { ...deps, view }),
    );
    res.type('json').send(stringifyJson(preview));
  });
  router.post('/retry-tasks', takeBody(deps), async (req: express.Request, res: express.Response) => {
    const { tenantId, filter, mode, rate, access, by } = orderOf(req, res, deps);
    const open = await store.retryTasks.list({ tenantId, state: ['queued', 'running'], limit: mostQueued });
    if (open.items.length >= mostQueued)
      throw new RefusedRequest('conflict', `${String(mostQueued)} bulk retries of the tenant wait already`);
    const task = await store.retryTasks.add({
      id: `retry-${randomBytes(8).toString('hex')}`,
      tenantId,
      by: nameOf(by, access),
      filter: selectionText(filter),
      mode,
      rate,
      createdAt: clock.now(),
    });
    res.json(shownRetryTask(task, clock.now()));
  });
  router.get('/retry-tasks', async (req, res) => {
    const access = await accessOf(req, deps);
    const { tenantId } = req.query;
    const named = typeof tenantId === 'string' ? tenantId : access.tenantId;
    if (named !== null && !access.may(named))
      throw new RefusedRequest('notFound', `there is no tenant ${named}`);
    const page = { limit: listed, ...(named !== null && { tenantId: named }) };
    const { items } = await store.retryTasks.list(page);
    res.json({ items: items.map((task) => shownRetryTask(task, clock.now())) });
  });
}

function addOneTask(router: express.Router, deps: RetryTasksRouteDeps): void {
  const { store, clock } = deps;
  router.get('/retry-tasks/:id', async (req, res) => {
    res.json(shownRetryTask(await taskNamed(req, deps), clock.now()));
  });
  router.get('/retry-tasks/:id/report', async (req, res) => {
    const { id: taskId } = await taskNamed(req, deps);
    const { after } = req.query;
    const page = { taskId, limit: mostReported, after: typeof after === 'string' ? after : null };
    const { items, next } = await store.historyFailures.list(page);
    res.json({ items: items.map(({ taskId: _taskId, ...one }) => one), next });
  });
  router.post('/retry-tasks/:id/stop', async (req, res) => {
    const { id } = await taskNamed(req, deps);
    const set = { state: 'stopped', endedAt: clock.now() } as const;
    if (!(await store.retryTasks.move(id, ['queued', 'running'], set)))
      throw new RefusedRequest('conflict', 'the task is over already');
    res.json(shownRetryTask(await taskNamed(req, deps), clock.now()));
  });
}

function orderOf(req: express.Request, res: express.Response, deps: RetryTasksRouteDeps) {
  const access = accessIn(res);
  const order = bodyOf(req, orderSchema);
  const tenantId = order.tenantId ?? access.tenantId;
  if (tenantId === null) throw new RefusedRequest('badBody', '$.tenantId: say which of the tenants');
  if (!access.may(tenantId) || deps.catalog.view().tenant(tenantId) === undefined)
    throw new RefusedRequest('notFound', `there is no tenant ${tenantId}`);
  return { ...order, tenantId, access };
}

async function taskNamed(req: express.Request, deps: RetryTasksRouteDeps): Promise<RetryTask> {
  const access = await accessOf(req, deps);
  const id = String(req.params['id']);
  const task = await deps.store.retryTasks.get(id);
  if (task === null || !access.may(task.tenantId))
    throw new RefusedRequest('notFound', `there is no bulk retry ${id.slice(0, 100)}`);
  return task;
}

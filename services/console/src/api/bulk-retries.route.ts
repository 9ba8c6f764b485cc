import { failureClasses, stringifyJson } from '@syncline/contract';
import { shownRetryTask } from '@syncline/history-tasks';
import { z } from 'zod';
import { callMapping } from './mapping-call.ts';
import { pageQuery } from './query.ts';
import { notFound, postRoute, tenantRoute, type ApiSources } from './route.ts';

const text = z.string().min(1).max(512).optional();
const names = z.array(z.string().min(1).max(512)).min(1).max(1_000).optional();

const filter = z
  .strictObject({
    states: z
      .array(z.number().int().min(1).max(10))
      .min(1)
      .optional()
      .describe('5 (failed) where none is named'),
    streamId: text,
    dataCenterId: text,
    object: text.describe('at either end'),
    dataIds: names,
    syncIds: names,
    errorClass: z.enum(failureClasses).optional(),
    errorCode: text,
    text: text.describe('in an id, a name or the words of the error'),
    from: z.number().int().nonnegative().optional().describe('ms; changed last from then on'),
    to: z.number().int().positive().optional(),
  })
  .prefault({});

const order = {
  filter,
  mode: z
    .enum(['stored', 'fetch'])
    .default('stored')
    .describe('as it is stored, or as its source shows it now'),
  rate: z.number().positive().max(1_000).optional().describe('records a second; 50 where none is named'),
};

const counts = z.record(z.string(), z.number());

const listed = 50;
const anyFilter = z.unknown().describe('which syncs are meant');

const taskSchema = z.object({
  id: z.string(),
  tenantId: z.string(),
  by: z.string(),
  filter: anyFilter,
  mode: z.string(),
  rate: z.number(),
  createdAt: z.number(),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  lastError: z.string().nullable(),
  state: z.string().describe('queued, running, stopped or finished'),
  progress: z.object({
    done: z.number(),
    total: z.number().nullable(),
    created: z.number(),
    updated: z.number(),
    unchanged: z.number(),
    failed: z.number(),
    waiting: z.number(),
    left: counts.describe('not tried again, by reason'),
    ratePerSecond: z.number().nullable(),
  }),
});

const previewSchema = z.object({
  total: z.number(),
  looked: z.number().describe('of those, how many were decided to see what would become of them'),
  counts,
  sample: z.array(z.looseObject({ syncId: z.string(), dataId: z.string(), outcome: z.string() })),
});

const reportSchema = z.object({
  items: z.array(
    z.object({
      dataId: z.string(),
      syncId: z.string(),
      code: z.string(),
      message: z.string(),
      at: z.number(),
    }),
  ),
  next: z.string().nullable(),
});

/** Many records are tried again with one action. */
export const bulkRetryRoutes = [
  postRoute({
    role: 'operator',
    audited: ['filter', 'mode', 'rate'],
    path: '/tenants/:tenantId/retry-tasks',
    summary: 'Tries again what a filter means; a durable task',
    body: order,
    answer: taskSchema,
    async handle({ param, body, caller }, sources) {
      const asked = stringifyJson({ ...body, tenantId: param('tenantId'), by: caller.name });
      return taskSchema.parse(await callMapping(sources, '/retry-tasks', asked));
    },
  }),
  postRoute({
    role: 'operator',
    audited: ['filter', 'mode'],
    path: '/tenants/:tenantId/retry-tasks/preview',
    summary: 'What such a task would do now: counts, and some of each kind',
    body: order,
    answer: previewSchema,
    async handle({ param, body }, sources) {
      const asked = stringifyJson({ ...body, tenantId: param('tenantId') });
      return previewSchema.parse(await callMapping(sources, '/retry-tasks/preview', asked));
    },
  }),
  tenantRoute({
    role: 'viewer',
    path: '/retry-tasks',
    summary: 'The bulk retries of a tenant, the newest first',
    query: {},
    answer: z.object({ items: z.array(taskSchema) }),
    async handle({ tenant }, { store, clock }) {
      const { items } = await store.retryTasks.list({ tenantId: tenant.id, limit: listed });
      return { items: items.map((task) => taskSchema.parse(shownRetryTask(task, clock.now()))) };
    },
  }),
  tenantRoute({
    role: 'viewer',
    path: '/retry-tasks/:taskId',
    summary: 'One bulk retry and how far it is',
    query: {},
    answer: taskSchema,
    handle: ({ tenant, param }, sources) => ownTask(tenant.id, param('taskId'), sources),
  }),
  tenantRoute({
    role: 'viewer',
    path: '/retry-tasks/:taskId/report',
    summary: 'What a bulk retry left, and what failed again; the newest first',
    query: pageQuery,
    answer: reportSchema,
    async handle({ tenant, param, query }, sources) {
      const { id: taskId } = await ownTask(tenant.id, param('taskId'), sources);
      const page = await sources.store.historyFailures.list({ ...query, taskId });
      return { ...page, items: page.items.map(({ taskId: _taskId, ...one }) => one) };
    },
  }),
  postRoute({
    role: 'operator',
    path: '/tenants/:tenantId/retry-tasks/:taskId/stop',
    summary: 'Ends a bulk retry; what is on its way is carried out',
    body: {},
    answer: taskSchema,
    async handle({ param }, sources) {
      const { id } = await ownTask(param('tenantId'), param('taskId'), sources);
      return taskSchema.parse(
        await callMapping(sources, `/retry-tasks/${encodeURIComponent(id)}/stop`, '{}'),
      );
    },
  }),
];

async function ownTask(
  tenantId: string,
  id: string,
  { store, clock }: ApiSources,
): Promise<z.output<typeof taskSchema>> {
  const task = await store.retryTasks.get(id);
  if (task?.tenantId !== tenantId) throw notFound(`bulk retry ${JSON.stringify(id)} of tenant ${tenantId}`);
  return taskSchema.parse(shownRetryTask(task, clock.now()));
}

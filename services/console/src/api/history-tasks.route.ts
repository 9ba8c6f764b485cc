import { RefusedRequest } from '@syncline/contract';
import { newHistoryTask, progressOf, shownStateOf, shownStates } from '@syncline/history-tasks';
import { historyTaskStates, type HistoryTask, type HistoryTaskState, type Store } from '@syncline/store';
import { z } from 'zod';
import { orderFields, orderOf } from './history-task-order.ts';
import { pageOf } from './page.ts';
import { given, pageQuery, text } from './query.ts';
import { notFound, postRoute, route } from './route.ts';
import { mayTenant, type Caller } from '../auth/caller.ts';

const taskSchema = z.object({
  id: z.string(),
  tenantId: z.string(),
  dataCenterId: z.string(),
  streamId: z.string(),
  direction: z.enum(['crm-to-erp', 'erp-to-crm']),
  objectApiName: z.string().describe('the source'),
  ids: z.array(z.string()).nullable().describe('not in lists'),
  from: z.number().nullable(),
  to: z.number().nullable(),
  where: z.string().nullable(),
  force: z.boolean(),
  rate: z.number().describe('records a second at most'),
  startAt: z.number(),
  createdAt: z.number(),
  state: z.enum(shownStates),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  cursor: z.number().describe('all before it is read: ms of the source, or how many ids'),
  lastError: z.string().nullable().describe('why the source is tried again'),
  problems: z.array(z.string()).describe('what could not be read, and what was done without'),
  progress: z.object({
    done: z.number().describe('of these it is known what became of them'),
    total: z.number().nullable().describe('as the source says; null while it does not'),
    created: z.number(),
    updated: z.number(),
    skipped: z.number().describe('nothing to write: unchanged, filtered, overtaken'),
    failed: z.number(),
    waiting: z.number().describe('in flight, or waiting for another record or attempt'),
    excluded: z.number().describe('not taken by where'),
    ratePerSecond: z.number().nullable(),
    remainingMs: z.number().nullable(),
  }),
});

const failureSchema = z.object({
  dataId: z.string(),
  syncId: z.string().describe("its story: /tenants/{tenantId}/syncs/{syncId}; '' when it failed before"),
  code: z.string(),
  message: z.string(),
  at: z.number(),
});

const stateText = `expected one of ${historyTaskStates.join(', ')}`;

export const historyTaskRoutes = [
  postRoute({
    role: 'operator',
    audited: ['stream', 'from', 'to', 'where', 'force', 'startAt', 'rate'],
    path: '/history-tasks',
    summary: 'A historical sync task: records of the past through a stream once more',
    body: orderFields,
    answer: taskSchema,
    async handle({ body }, { store, catalog, clock }) {
      const now = clock.now();
      const task = newHistoryTask(orderOf(body, catalog.view(), now));
      await store.historyTasks.add(task);
      return toShown(task, now);
    },
  }),
  route({
    role: 'viewer',
    path: '/history-tasks',
    summary: 'The historical sync tasks, the newest first',
    query: {
      ...pageQuery,
      tenantId: text,
      streamId: text,
      state: z
        .enum(historyTaskStates, stateText)
        .optional()
        .describe('as it is kept: a task not yet due is queued'),
    },
    answer: pageOf(taskSchema),
    async handle({ query: { limit, ...filter }, caller }, { store, clock }) {
      const ofTenants = { tenantId: tenantsAsked(filter.tenantId, caller) };
      const page = await store.historyTasks.list({ ...given({ ...filter, ...ofTenants }), limit });
      return { ...page, items: page.items.map((task) => toShown(task, clock.now())) };
    },
  }),
  route({
    role: 'viewer',
    path: '/history-tasks/:taskId',
    summary: 'One historical sync task and how far it is',
    query: {},
    answer: taskSchema,
    handle: async ({ param, caller }, { store, clock }) =>
      toShown(await find(param('taskId'), caller, store), clock.now()),
  }),
  route({
    role: 'viewer',
    path: '/history-tasks/:taskId/failures',
    summary: 'The records of a task that failed, and why; the newest first',
    query: pageQuery,
    answer: pageOf(failureSchema),
    async handle({ param, query, caller }, { store }) {
      const { id: taskId } = await find(param('taskId'), caller, store);
      const page = await store.historyFailures.list({ ...query, taskId });
      return { ...page, items: page.items.map(({ taskId: _taskId, ...failure }) => failure) };
    },
  }),
  movingRoute('pause', 'Pauses a task; what is on its way is carried out', {
    from: ['queued', 'running'],
    to: 'paused',
  }),
  movingRoute('resume', 'Lets a paused task go on where it was', { from: ['paused'], to: 'queued' }),
  movingRoute('stop', 'Ends a task; what is on its way is carried out', {
    from: ['queued', 'running', 'paused'],
    to: 'stopped',
  }),
];

function movingRoute(
  verb: string,
  summary: string,
  move: { from: HistoryTaskState[]; to: HistoryTaskState },
) {
  return postRoute({
    role: 'operator',
    path: `/history-tasks/:taskId/${verb}`,
    summary,
    body: {},
    answer: taskSchema,
    async handle({ param, caller }, { store, clock }) {
      const task = await find(param('taskId'), caller, store);
      const ended = move.to === 'stopped' ? { endedAt: clock.now() } : {};
      if (!(await store.historyTasks.move(task.id, move.from, { state: move.to, ...ended })))
        throw new RefusedRequest(
          'conflict',
          `The task is ${shownStateOf(task, clock.now())}; ${verb} is for one that is ${move.from.join(' or ')}`,
        );
      return toShown(await find(task.id, caller, store), clock.now());
    },
  });
}

async function find(
  taskId: string,
  caller: Caller,
  store: Pick<Store, 'historyTasks'>,
): Promise<HistoryTask> {
  const task = await store.historyTasks.get(taskId);
  if (task === null || !mayTenant(caller, task.tenantId))
    throw notFound(`historical sync task ${JSON.stringify(taskId)}`);
  return task;
}

/** The tenants whose tasks are listed; undefined: of all. */
function tenantsAsked(asked: string | undefined, caller: Caller): string | string[] | undefined {
  if (asked === undefined) return caller.tenants === null ? undefined : [...caller.tenants];
  if (!mayTenant(caller, asked)) throw notFound(`tenant ${JSON.stringify(asked)}`);
  return asked;
}

function toShown(task: HistoryTask, now: number): z.output<typeof taskSchema> {
  const { id, tenantId, dataCenterId, streamId, direction, objectApiName } = task;
  const { ids, from, to, where, force, rate, startAt, createdAt, startedAt, endedAt, cursor } = task;
  return {
    ...{ id, tenantId, dataCenterId, streamId, direction, objectApiName },
    ...{ ids, from, to, where, force, rate, startAt, createdAt, startedAt, endedAt, cursor },
    lastError: task.lastError,
    problems: task.problems,
    state: shownStateOf(task, now),
    progress: progressOf(task, now),
  };
}

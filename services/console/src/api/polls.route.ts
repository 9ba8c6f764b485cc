import type { ErpObject, Poll } from '@syncline/catalog';
import type { PollTask } from '@syncline/store';
import { z } from 'zod';
import { pageFrom, pageOf } from './page.ts';
import { given, pageQuery, text } from './query.ts';
import { tenantRoute } from './route.ts';

const windowSchema = z.object({
  id: z.string(),
  dataCenterId: z.string(),
  objectApiName: z.string(),
  startTime: z.number().describe('ms of ERP time: [startTime, endTime)'),
  endTime: z.number(),
  status: z.enum(['open', 'complete', 'failed']),
  totalNum: z.number().nullable().describe('as the ERP said first'),
  received: z.number(),
  pages: z.number(),
  error: z.string().nullable(),
  openedAt: z.number(),
  closedAt: z.number().nullable(),
});

const taskSchema = z.object({
  dataCenterId: z.string(),
  objectApiName: z.string(),
  everyMs: z.number(),
  pageSize: z.number(),
  checkpoint: z.number().nullable().describe('ms; all changes before it are on the topic'),
  nextDueAt: z.number().nullable().describe('ms; null before the first window'),
  failures: z.number().describe('in a row'),
  lastError: z.string().nullable(),
  triedAt: z.number().nullable(),
  isHeld: z.boolean().describe('a poller works on it'),
});

type Task = z.infer<typeof taskSchema>;

/** No poller has seen the object yet. */
const untried = {
  checkpoint: null,
  nextDueAt: null,
  failures: 0,
  lastError: null,
  triedAt: null,
  isHeld: false,
};

const windowStatus = z.enum(['open', 'complete', 'failed'], 'expected open, complete or failed').optional();

export const pollRoutes = [
  tenantRoute({
    path: '/poll-windows',
    summary: 'The ranges of ERP time that were asked for, the newest first',
    query: { ...pageQuery, dataCenterId: text, objectApiName: text, status: windowStatus },
    answer: pageOf(windowSchema),
    async handle({ tenant, query }, { store }) {
      const { limit, ...filter } = query;
      const page = await store.pollWindows.list({ ...given(filter), limit, tenantId: tenant.id });
      const items = page.items.map((window) => {
        const { tenantId: _tenantId, taskId: _taskId, fence: _fence, ...shown } = window;
        return shown;
      });
      return { ...page, items };
    },
  }),
  tenantRoute({
    path: '/poll-tasks',
    summary: 'The polled objects of a tenant: how far each is and when it is due',
    query: pageQuery,
    answer: pageOf(taskSchema),
    async handle({ tenant, query }, { store, catalog, clock }) {
      const polled = catalog
        .view()
        .erpObjects.flatMap((object) =>
          object.tenantId === tenant.id && object.poll !== null ? [{ object, poll: object.poll }] : [],
        );
      const page = pageFrom(polled, query, taskIdOf);
      const tasks = await store.pollTasks.list(page.items.map(taskIdOf));
      const byId = new Map(tasks.map((task) => [task.id, task]));
      const now = clock.now();
      return { ...page, items: page.items.map((one) => toTask(one, byId.get(taskIdOf(one)), now)) };
    },
  }),
];

interface Polled {
  object: ErpObject;
  poll: Poll;
}

function taskIdOf({ object }: Polled): string {
  return `${object.tenantId}/${object.dataCenterId}/${object.apiName}`;
}

function toTask({ object, poll }: Polled, task: PollTask | undefined, now: number): Task {
  const { dataCenterId, apiName: objectApiName } = object;
  const { everyMs, pageSize } = poll;
  const plan = { dataCenterId, objectApiName, everyMs, pageSize };
  if (task === undefined) return { ...plan, ...untried };
  const { checkpoint, failures, lastError, triedAt, owner, until } = task;
  return {
    ...plan,
    checkpoint,
    nextDueAt: checkpoint === null ? null : checkpoint + everyMs,
    failures,
    lastError,
    triedAt,
    isHeld: owner !== null && until > now,
  };
}

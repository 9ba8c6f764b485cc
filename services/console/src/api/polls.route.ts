import { dueAt, scheduleText, sweepDueAt, sweepText, type ErpObject, type Poll } from '@syncline/catalog';
import { pollWindowKinds, type PollTask } from '@syncline/store';
import { z } from 'zod';
import { pageFrom, pageOf } from './page.ts';
import { given, pageQuery, text } from './query.ts';
import { tenantRoute } from './route.ts';

const windowStatuses = ['open', 'complete', 'short', 'failed'] as const;

const windowSchema = z.object({
  id: z.string(),
  dataCenterId: z.string(),
  objectApiName: z.string(),
  kind: z.enum(pollWindowKinds).describe('which schedule made it; run-now: a person'),
  startTime: z.number().describe('ms of ERP time: [startTime, endTime)'),
  endTime: z.number(),
  status: z.enum(windowStatuses),
  totalNum: z.number().nullable().describe('as the ERP said first'),
  received: z.number(),
  pages: z.number(),
  readings: z.number().describe('how often it was read: again where the total was short or pages moved'),
  fates: z
    .object({
      changed: z.number(),
      created: z.number().describe('of changed'),
      unchanged: z.number(),
      errors: z.number(),
      waiting: z.number(),
    })
    .describe('what became of the records on the other side, for each stream that takes them'),
  error: z.string().nullable(),
  openedAt: z.number(),
  closedAt: z.number().nullable(),
});

const taskSchema = z.object({
  dataCenterId: z.string(),
  objectApiName: z.string(),
  schedule: z.string().describe('in words, by the clocks of timeZone'),
  timeZone: z.string(),
  everyMs: z.number().describe('between two polls; with fixed times the shortest'),
  pageSize: z.number(),
  checkpoint: z.number().nullable().describe('ms; all changes before it are on the topic'),
  nextDueAt: z.number().nullable().describe('ms; past: due now; null before a poller has seen it'),
  failures: z.number().describe('in a row'),
  lastError: z.string().nullable(),
  triedAt: z.number().nullable(),
  isHeld: z.boolean().describe('a poller works on it'),
  fullSweep: z
    .object({
      schedule: z.string().describe('in words'),
      nextDueAt: z.number().nullable(),
      checkpoint: z.number().nullable().describe('ms; how far a sweep under way is'),
      lastBegunAt: z
        .number()
        .nullable()
        .describe('ms; of the one under way or the last; of none, since when it counts'),
      lastError: z.string().nullable(),
    })
    .nullable(),
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

const windowStatus = z.enum(windowStatuses, `expected one of ${windowStatuses.join(', ')}`).optional();
const windowKind = z.enum(pollWindowKinds, `expected one of ${pollWindowKinds.join(', ')}`).optional();

export const pollRoutes = [
  tenantRoute({
    role: 'viewer',
    path: '/poll-windows',
    summary: 'The ranges of ERP time that were asked for, the newest first',
    query: { ...pageQuery, dataCenterId: text, objectApiName: text, status: windowStatus, kind: windowKind },
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
    role: 'viewer',
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
      const ids = page.items.map(taskIdOf);
      const tasks = await store.pollTasks.list([...ids, ...ids.map(sweepIdOf)]);
      const byId = new Map(tasks.map((task) => [task.id, task]));
      const now = clock.now();
      const zoneOf = ({ object }: Polled): string =>
        catalog.view().dataCenter(tenant.id, object.dataCenterId)?.timeZone ?? 'UTC';
      const shown = page.items.map((one) => {
        const id = taskIdOf(one);
        const found = { task: byId.get(id), sweep: byId.get(sweepIdOf(id)) };
        return toTask({ ...one, timeZone: zoneOf(one) }, found, now);
      });
      return { ...page, items: shown };
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

function sweepIdOf(taskId: string): string {
  return `${taskId}/sweep`;
}

type Found = Record<'task' | 'sweep', PollTask | undefined>;

function toTask(
  { object, poll, timeZone }: Polled & { timeZone: string },
  { task, sweep }: Found,
  now: number,
): Task {
  const { dataCenterId, apiName: objectApiName } = object;
  const { everyMs, pageSize } = poll;
  const schedule = scheduleText(poll);
  const fullSweep = toSweep(poll, timeZone, { sweep, now });
  const plan = { dataCenterId, objectApiName, schedule, timeZone, everyMs, pageSize, fullSweep };
  if (task === undefined) return { ...plan, ...untried };
  const { checkpoint, failures, lastError, triedAt, owner, until } = task;
  return {
    ...plan,
    checkpoint,
    nextDueAt: dueAt({ ...poll, timeZone }, task, now),
    failures,
    lastError,
    triedAt,
    isHeld: owner !== null && until > now,
  };
}

function toSweep(
  { sweep: plan }: Poll,
  timeZone: string,
  { sweep, now }: { sweep: PollTask | undefined; now: number },
): Task['fullSweep'] {
  if (plan === undefined) return null;
  return {
    schedule: sweepText(plan),
    nextDueAt: sweep === undefined ? null : sweepDueAt({ ...plan, timeZone }, sweep, now),
    checkpoint: sweep?.checkpoint ?? null,
    lastBegunAt: sweep?.servedAt ?? null,
    lastError: sweep?.lastError ?? null,
  };
}

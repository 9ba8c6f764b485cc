import { createLoop, type Part } from '@syncline/chassis';
import type { PollTask } from '@syncline/store';
import { isFree, type Leases } from './lease.ts';
import { showCheckpoints } from './metrics.ts';
import type { PollDeps } from './poll-deps.ts';
import { PollInterrupted } from './poll-failure.ts';
import { pollTask, sweepSlice } from './poll-task.ts';
import { isDue } from './schedule.ts';
import {
  dataCenterName,
  pollTarget,
  scheduledTasks,
  type ObjectAddress,
  type ScheduledTask,
} from './tasks.ts';
import type { Walks } from './walks.ts';

export interface PollLoopDeps extends PollDeps {
  leases: Leases;
  walks: Walks;
  /** objects that this process polls at the same time */
  maxWalks: number;
}

const everyMs = 200;
/** Tasks are looked at this often, unless one of them is due more often than this. */
const lookEveryMs = 1_000;
const fastPollMs = 5 * lookEveryMs;

/** Starts what is due. Each task is read by itself, so that a slow ERP holds up no other. */
export function createPollLoop(deps: PollLoopDeps): Part {
  const { catalog, walks, logger, clock, maxWalks } = deps;
  /** of each walk, by task, its data center */
  const walking = new Map<string, string>();
  let known = new Set<string>();
  let lookAt = 0;

  const start = (scheduled: ScheduledTask): void => {
    const { taskId } = scheduled;
    walking.set(taskId, dataCenterName(scheduled));
    void walks
      .run((stopping) => pollIfDue(scheduled, stopping, deps))
      .catch((error: unknown) => {
        if (error instanceof PollInterrupted)
          logger.info('a poll was left', { taskId, reason: error.message });
        else logger.warn('a poll failed and is tried again', { taskId, error });
      })
      .finally(() => walking.delete(taskId));
  };

  return createLoop({
    name: 'polls',
    everyMs,
    logger,
    async tick() {
      if (performance.now() < lookAt) return;
      const view = catalog.view();
      const scheduled = scheduledTasks(view);
      const isFast = view.erpObjects.some(({ poll }) => poll !== null && poll.everyMs < fastPollMs);
      lookAt = performance.now() + (isFast ? 0 : lookEveryMs);
      const tasks = await tasksOf(scheduled, known, deps);
      known = new Set(tasks.keys());
      const now = clock.now();
      showCheckpoints(incrementsOf(scheduled, tasks), now);
      const canStart = ({ taskId, kind, ...address }: ScheduledTask): boolean => {
        const [task, target] = [tasks.get(taskId), pollTarget(view, address)];
        if (task === undefined || target === null || walking.has(taskId)) return false;
        return isFree(task, now) && isDue(kind, target, { task, now });
      };
      for (const one of scheduled.filter(canStart).sort(byLastTry(tasks))) {
        if (walks.active < maxWalks && hasRoom(one, [...walking.values()], deps)) start(one);
      }
    },
  });
}

function incrementsOf(scheduled: readonly ScheduledTask[], tasks: ReadonlyMap<string, PollTask>): PollTask[] {
  return scheduled.flatMap(({ kind, taskId }) => (kind === 'increment' ? (tasks.get(taskId) ?? []) : []));
}

/** What the store knows of these tasks; made where they are new. */
async function tasksOf(
  scheduled: readonly ScheduledTask[],
  known: ReadonlySet<string>,
  { store, clock }: PollLoopDeps,
): Promise<Map<string, PollTask>> {
  const ids = scheduled.map(({ taskId }) => taskId);
  if (ids.length === 0) return new Map();
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length > 0) await store.pollTasks.ensure(unknown, clock.now());
  return new Map((await store.pollTasks.list(ids)).map((task) => [task.id, task]));
}

/**
 * May another of its data center's objects be read now? A data center that is down waits, and loses no try; one that is
 * slow holds as many walks as it takes requests at a time, and the rest is for the others.
 */
function hasRoom(address: ObjectAddress, walking: readonly string[], deps: PollLoopDeps): boolean {
  const target = pollTarget(deps.catalog.view(), address);
  if (target === null) return false;
  const name = dataCenterName(address);
  const isOpen = deps.gates.of(name, target.dataCenter).waitMs() === 0;
  return isOpen && walking.filter((other) => other === name).length < target.dataCenter.concurrency;
}

/** Increments first: a sweep has time. */
function byLastTry(tasks: ReadonlyMap<string, PollTask>) {
  const rank = ({ kind }: ScheduledTask): number => (kind === 'increment' ? 0 : 1);
  const triedAt = ({ taskId }: ScheduledTask): number => tasks.get(taskId)?.triedAt ?? 0;
  return (a: ScheduledTask, b: ScheduledTask): number => rank(a) - rank(b) || triedAt(a) - triedAt(b);
}

async function pollIfDue(
  { taskId, kind, ...address }: ScheduledTask,
  stopping: AbortSignal,
  deps: PollLoopDeps,
): Promise<void> {
  const held = await deps.leases.take(taskId);
  if (held === null) return;
  try {
    const target = pollTarget(deps.catalog.view(), address);
    // Another poller may have read it between our look and the lease.
    if (target === null || !isDue(kind, target, { task: held.task, now: deps.clock.now() })) return;
    const job = { address, kind, target, held, stopping };
    await (kind === 'sweep' ? sweepSlice(job, deps) : pollTask(job, deps));
  } finally {
    await held.release();
  }
}

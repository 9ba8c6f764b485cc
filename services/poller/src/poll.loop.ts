import { createLoop, type Part } from '@syncline/chassis';
import type { PollTask } from '@syncline/store';
import { isFree, type Leases } from './lease.ts';
import { showCheckpoints } from './metrics.ts';
import type { PollDeps } from './poll-deps.ts';
import { PollInterrupted } from './poll-failure.ts';
import { pollTask } from './poll-task.ts';
import { dataCenterName, polledObjects, pollTarget, type ObjectAddress, type PolledObject } from './tasks.ts';
import type { Walks } from './walks.ts';
import { dueInMs } from './window.ts';

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

  const start = (address: PolledObject): void => {
    const { taskId } = address;
    walking.set(taskId, dataCenterName(address));
    void walks
      .run((stopping) => pollIfDue(address, stopping, deps))
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
      const objects = polledObjects(catalog.view());
      const isFast = objects.some(({ poll }) => poll.everyMs < fastPollMs);
      lookAt = performance.now() + (isFast ? 0 : lookEveryMs);
      const tasks = await tasksOf(objects, known, deps);
      known = new Set(tasks.keys());
      const now = clock.now();
      showCheckpoints([...tasks.values()], now);
      const isDue = ({ taskId, poll }: PolledObject): boolean => {
        const task = tasks.get(taskId);
        if (task === undefined || walking.has(taskId) || !isFree(task, now)) return false;
        return dueInMs(task, poll.everyMs, now) === 0;
      };
      for (const object of objects.filter(isDue).sort(byLastTry(tasks))) {
        if (walks.active < maxWalks && hasRoom(object, [...walking.values()], deps)) start(object);
      }
    },
  });
}

/** The tasks of these objects, made where they are new. */
async function tasksOf(
  objects: readonly PolledObject[],
  known: ReadonlySet<string>,
  { store }: PollLoopDeps,
): Promise<Map<string, PollTask>> {
  const ids = objects.map(({ taskId }) => taskId);
  if (ids.length === 0) return new Map();
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length > 0) await store.pollTasks.ensure(unknown);
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

function byLastTry(tasks: ReadonlyMap<string, PollTask>) {
  const triedAt = ({ taskId }: { taskId: string }): number => tasks.get(taskId)?.triedAt ?? 0;
  return (a: { taskId: string }, b: { taskId: string }): number => triedAt(a) - triedAt(b);
}

async function pollIfDue(address: PolledObject, stopping: AbortSignal, deps: PollLoopDeps): Promise<void> {
  const held = await deps.leases.take(address.taskId);
  if (held === null) return;
  try {
    const { tenantId, dataCenterId, objectApiName } = address;
    const object = { tenantId, dataCenterId, objectApiName };
    const target = pollTarget(deps.catalog.view(), object);
    // Another poller may have read it between our look and the lease.
    if (target === null || dueInMs(held.task, target.poll.everyMs, deps.clock.now()) > 0) return;
    await pollTask({ address: object, target, held, stopping }, deps);
  } finally {
    await held.release();
  }
}

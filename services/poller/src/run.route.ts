import { sleep } from '@syncline/chassis';
import { RefusedRequest } from '@syncline/contract';
import type { FollowedCatalog } from '@syncline/store';
import express from 'express';
import { explained } from './explained.ts';
import type { HeldTask, Leases } from './lease.ts';
import type { PollDeps } from './poll-deps.ts';
import { pollTask, type Polled } from './poll-task.ts';
import { pollTarget, taskIdOf, type ObjectAddress } from './tasks.ts';
import type { Walks } from './walks.ts';

export interface RunDeps extends PollDeps {
  catalog: Pick<FollowedCatalog, 'view' | 'refresh'>;
  leases: Leases;
  walks: Walks;
  /** a run that finds its task being polled waits this long */
  leaseWaitMs: number;
}

const leaseRetryMs = 200;

/**
 * `POST /poll-tasks/{tenantId}/{dataCenterId}/{objectApiName}/run` (contract 6): polls now and answers when the window is
 * on the topic.
 *
 * It asks for no token: the port listens on loopback unless the operator says otherwise, and all that a caller gains is
 * that an ERP is asked what it would be asked minutes later.
 */
export function createRunRoute(deps: RunDeps): express.Router {
  const router = express.Router();
  router.post(
    '/poll-tasks/:tenantId/:dataCenterId/:objectApiName/run',
    async (req: express.Request<Record<keyof ObjectAddress, string>>, res) => {
      const { tenantId, dataCenterId, objectApiName } = req.params;
      const address = { tenantId, dataCenterId, objectApiName };
      res.json(await explained(() => deps.walks.run((stopping) => pollNow(address, stopping, deps))));
    },
  );
  return router;
}

async function pollNow(address: ObjectAddress, stopping: AbortSignal, deps: RunDeps): Promise<Polled> {
  // The caller may have applied a configuration a moment ago.
  await deps.catalog.refresh();
  const target = pollTarget(deps.catalog.view(), address);
  const taskId = taskIdOf(address);
  if (target === null)
    throw new RefusedRequest(
      'notFound',
      `there is no poll task ${taskId}: no such object, or one without poll`,
    );
  const held = await waitForLease(taskId, stopping, deps);
  try {
    const polled = await pollTask({ address, kind: 'run-now', target, held, stopping }, deps);
    if (polled !== null) return polled;
    throw new RefusedRequest('conflict', `the first window of ${taskId} begins later than now`);
  } finally {
    await held.release();
  }
}

async function waitForLease(
  taskId: string,
  stopping: AbortSignal,
  { leases, leaseWaitMs }: RunDeps,
): Promise<HeldTask> {
  const end = performance.now() + leaseWaitMs;
  for (;;) {
    stopping.throwIfAborted();
    const held = await leases.take(taskId);
    if (held !== null) return held;
    if (performance.now() >= end)
      throw new RefusedRequest(
        'conflict',
        `${taskId} is being polled, and has been for ${leaseWaitMs / 1000} s`,
      );
    await sleep(leaseRetryMs, stopping);
  }
}

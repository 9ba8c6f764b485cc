import { noFates } from '@syncline/contract';
import type { HistoryTask, HistoryTaskOrder } from '@syncline/store';

/** A task that waits for its turn. */
export function newHistoryTask(order: HistoryTaskOrder): HistoryTask {
  return {
    ...order,
    state: 'queued',
    cursor: order.from ?? 0,
    read: 0,
    inSlice: 0,
    total: order.ids?.length ?? null,
    problems: [],
    startedAt: null,
    endedAt: null,
    runAt: null,
    runDone: 0,
    failures: 0,
    lastError: null,
    notBefore: 0,
    fates: noFates(),
    excluded: 0,
    owner: null,
    until: 0,
    fence: 0,
  };
}

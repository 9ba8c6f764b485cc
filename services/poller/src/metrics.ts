import { createCounter, createGauge, createHistogram } from '@syncline/chassis';
import type { BreakerState } from '@syncline/erp';

const calls = createCounter({
  name: 'erp_calls_total',
  help: 'Requests to ERPs by data center, operation and what came of them',
  labelNames: ['data_center', 'operation', 'outcome'],
});
const seconds = createHistogram({
  name: 'erp_call_seconds',
  help: 'How long requests to ERPs took, by data center',
  labelNames: ['data_center'],
});
const breakerState = createGauge({
  name: 'erp_breaker_state',
  help: 'Breaker of each data center: 0 closed, 1 half-open, 2 open',
  labelNames: ['data_center'],
});
const windows = createCounter({
  name: 'poller_windows_total',
  help: 'Windows by how they ended; interrupted: left for a reason outside of them, and read again',
  labelNames: ['status'],
});
const records = createCounter({
  name: 'poller_records_total',
  help: 'ERP records put on erp.records, by how they were had',
  labelNames: ['via'],
});
const checkpointAge = createGauge({
  name: 'poller_checkpoint_age_seconds',
  help: 'How long ago the time was up to which all changes of an object are on the topic',
  labelNames: ['task'],
});

const breakerNumbers: Record<BreakerState, number> = { closed: 0, 'half-open': 1, open: 2 };

export function showBreaker(dataCenter: string, state: BreakerState): void {
  breakerState.set({ data_center: dataCenter }, breakerNumbers[state]);
}

export function countWindow(status: 'complete' | 'short' | 'failed' | 'interrupted'): void {
  windows.inc({ status });
}

export function countRecords(via: 'poll' | 'fetch', count: number): void {
  records.inc({ via }, count);
}

/** Shows the tasks that there are, and no others. */
export function showCheckpoints(
  tasks: readonly { id: string; checkpoint: number | null }[],
  now: number,
): void {
  checkpointAge.reset();
  for (const { id, checkpoint } of tasks) {
    if (checkpoint !== null) checkpointAge.set({ task: id }, (now - checkpoint) / 1000);
  }
}

/** Measures one request. */
export async function measureCall<T>(
  labels: { dataCenter: string; operation: string },
  call: () => Promise<T>,
  outcomeOf: (reply: T) => string,
): Promise<T> {
  const label = { data_center: labels.dataCenter };
  const endTimer = seconds.startTimer(label);
  let outcome = 'error';
  try {
    const reply = await call();
    outcome = outcomeOf(reply);
    return reply;
  } finally {
    endTimer();
    calls.inc({ ...label, operation: labels.operation, outcome });
  }
}

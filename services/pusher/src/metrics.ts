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
const inFlight = createGauge({
  name: 'erp_calls_in_flight',
  help: 'Requests to ERPs that have no answer yet, by data center',
  labelNames: ['data_center'],
});
const breakerState = createGauge({
  name: 'erp_breaker_state',
  help: 'Breaker of each data center: 0 closed, 1 half-open, 2 open',
  labelNames: ['data_center'],
});
const writes = createCounter({
  name: 'pusher_writes_total',
  help: 'Messages of erp.writes by what became of them; dropped: no longer what its row waits for',
  labelNames: ['outcome'],
});

const breakerNumbers: Record<BreakerState, number> = { closed: 0, 'half-open': 1, open: 2 };

export function countWrite(outcome: string): void {
  writes.inc({ outcome });
}

export function showBreaker(dataCenter: string, state: BreakerState): void {
  breakerState.set({ data_center: dataCenter }, breakerNumbers[state]);
}

/** Measures one request. */
export async function measureCall<T>(
  labels: { dataCenter: string; operation: string },
  call: () => Promise<T>,
  outcomeOf: (reply: T) => string,
): Promise<T> {
  const label = { data_center: labels.dataCenter };
  inFlight.inc(label);
  const endTimer = seconds.startTimer(label);
  let outcome = 'error';
  try {
    const reply = await call();
    outcome = outcomeOf(reply);
    return reply;
  } finally {
    endTimer();
    inFlight.dec(label);
    calls.inc({ ...label, operation: labels.operation, outcome });
  }
}

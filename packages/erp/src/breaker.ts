import type { DataCenter } from '@syncline/catalog';
import { systemTimer } from './timer.ts';

export type BreakerState = 'closed' | 'open' | 'half-open';

/**
 * - `well`: the ERP answered, whatever it said of the record
 * - `unwell`: it did not, or not as an ERP does (`ErpFailure.unwell`)
 * - `none`: it was not asked after all
 */
export type Health = 'well' | 'unwell' | 'none';

export type Admission =
  | { admitted: true; report(health: Health, retryAfterMs?: number): void }
  | { admitted: false; retryAfterMs: number };

export interface Breaker {
  readonly state: BreakerState;
  /** 0 if a call may be admitted now. Takes nothing: for a look before waiting for pace. */
  waitMs(): number;
  /** Every admission must be reported, once. */
  admit(): Admission;
  /** after a change of the configuration */
  update(dataCenter: Pick<DataCenter, 'breaker'>): void;
}

/** A `Retry-After` of a day must not keep us from noticing that the ERP is back. */
const maxRetryAfterMs = 10 * 60_000;

/**
 * Stops calls to a data center that is down, so that its writes go back at once and use no attempt.
 *
 * It opens after `failures` unwell calls in a row; after `probeSeconds`, or what `Retry-After` asked for, one call is let
 * through (half-open), and what becomes of it decides. A `Retry-After` before that lets all calls rest so long. Written here because the libraries do not fit: opossum counts a
 * percentage over a window of time, cockatiel counts in a row but knows no `Retry-After`, and both want to run the call
 * themselves, while ours first waits for pace and may then not be made at all.
 */
export function createBreaker(options: {
  dataCenter: Pick<DataCenter, 'breaker'>;
  timer?: { now(): number };
}): Breaker {
  const { now } = options.timer ?? systemTimer;
  let settings = options.dataCenter.breaker;
  let state: BreakerState = 'closed';
  let unwellInARow = 0;
  let probeAt = 0;
  let restUntil = 0;

  const open = (retryAfterMs = 0): void => {
    state = 'open';
    probeAt = now() + Math.max(settings.probeSeconds * 1000, Math.min(retryAfterMs, maxRetryAfterMs));
  };
  const reportCall = (health: Health, retryAfterMs = 0): void => {
    // A call from before the breaker opened tells nothing new.
    if (state !== 'closed' || health === 'none') return;
    // What one call is told holds for all: the others would only be told the same.
    restUntil = Math.max(restUntil, now() + Math.min(retryAfterMs, maxRetryAfterMs));
    unwellInARow = health === 'well' ? 0 : unwellInARow + 1;
    if (unwellInARow >= settings.failures) open(retryAfterMs);
  };
  const reportProbe = (health: Health, retryAfterMs?: number): void => {
    if (health === 'unwell') open(retryAfterMs);
    else state = health === 'well' ? 'closed' : 'open';
    unwellInARow = 0;
  };
  const waitMs = (): number => {
    if (state === 'closed') return Math.max(0, restUntil - now());
    // A probe is out: its outcome is not known before it is.
    return state === 'half-open' ? settings.probeSeconds * 1000 : Math.max(0, probeAt - now());
  };

  return {
    get state() {
      return state;
    },
    waitMs,
    admit() {
      const retryAfterMs = waitMs();
      if (retryAfterMs > 0) return { admitted: false, retryAfterMs };
      if (state === 'closed') return { admitted: true, report: once(reportCall) };
      state = 'half-open';
      return { admitted: true, report: once(reportProbe) };
    },
    update(dataCenter) {
      settings = dataCenter.breaker;
    },
  };
}

function once(report: (health: Health, retryAfterMs?: number) => void): typeof report {
  let isReported = false;
  return (health, retryAfterMs) => {
    if (!isReported) report(health, retryAfterMs);
    isReported = true;
  };
}

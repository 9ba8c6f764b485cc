import type { Clock } from '@syncline/chassis';
import { maxClockGapMs } from './window.ts';

/** What time it is for each ERP, so that windows end at its now and not at ours. */
export interface ErpClocks {
  /** ms; our own time where the ERP's is not known or as good as the same */
  now(dataCenter: string): number;
  /** The ERP has just said what time it is for it. */
  hear(dataCenter: string, erpTime: number): void;
}

const sameMs = 5_000;

/** @param monotonicMs a clock that nobody sets: a jump of our wall clock must not move a window */
export function createErpClocks(clock: Clock, monotonicMs = (): number => performance.now()): ErpClocks {
  const heard = new Map<string, { erpTime: number; at: number }>();
  return {
    now(dataCenter) {
      const ours = clock.now();
      const last = heard.get(dataCenter);
      if (last === undefined) return ours;
      const theirs = Math.floor(last.erpTime + monotonicMs() - last.at);
      const gapMs = Math.abs(theirs - ours);
      return gapMs <= sameMs || gapMs > maxClockGapMs ? ours : theirs;
    },
    hear(dataCenter, erpTime) {
      heard.set(dataCenter, { erpTime, at: monotonicMs() });
    },
  };
}

import { sleep } from '@syncline/chassis';

/** Lets so many records a second go on. */
export interface Pacer {
  /** Settles when these may go; the next ones wait for them. */
  pass(records: number, signal: AbortSignal): Promise<void>;
}

export function createPacer(ratePerSecond: number): Pacer {
  let free = 0;
  return {
    async pass(records, signal) {
      const waitMs = free - performance.now();
      if (waitMs > 0) await sleep(waitMs, signal);
      signal.throwIfAborted();
      free = Math.max(free, performance.now()) + (records / ratePerSecond) * 1000;
    },
  };
}

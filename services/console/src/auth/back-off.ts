import type { Clock } from '@syncline/chassis';
import { RefusedRequest } from '@syncline/contract';

const firstMs = 1_000;
const mostMs = 60_000;
/** After a quiet time as long as this, failures are forgotten. */
const forgottenAfterMs = 15 * 60_000;
const mostKept = 10_000;

interface Kept {
  failures: number;
  /** ms; before it nothing is tried */
  until: number;
  at: number;
}

export interface BackOff {
  /**
   * Counts a try as failed until `succeeded` says otherwise: many tries at once count, too.
   * @throws RefusedRequest with the time to wait, when it is too early
   */
  begin(tries: readonly Try[]): void;
  succeeded(tries: readonly Try[]): void;
}

export interface Try {
  /** a name or an address */
  key: string;
  /** failures that cost nothing */
  free: number;
  /** by several people: one who succeeds takes back no more than the own try */
  isShared?: boolean;
}

/** Lets those wait who fail again and again: 1 s, doubled each time up to a minute. Remembers a bounded number of them. */
export function createBackOff(clock: Clock): BackOff {
  const kept = new Map<string, Kept>();

  function find(key: string, now: number): Kept {
    const found = kept.get(key);
    return found === undefined || now - found.at > forgottenAfterMs
      ? { failures: 0, until: 0, at: now }
      : found;
  }

  function count({ key, free }: Try, now: number): void {
    const failures = find(key, now).failures + 1;
    const waitMs = failures <= free ? 0 : Math.min(mostMs, firstMs * 2 ** Math.min(failures - free - 1, 10));
    // Set anew, it moves to the end: the first of the map is the one that has been quiet longest.
    kept.delete(key);
    kept.set(key, { failures, until: now + waitMs, at: now });
    if (kept.size <= mostKept) return;
    const [quietest] = kept.keys();
    if (quietest !== undefined) kept.delete(quietest);
  }

  return {
    begin(tries) {
      const now = clock.now();
      const waitMs = Math.max(0, ...tries.map(({ key }) => find(key, now).until - now));
      if (waitMs > 0)
        throw new RefusedRequest('tooManySignIns', 'Signing in failed too often', Math.ceil(waitMs / 1000));
      for (const one of tries) count(one, now);
    },
    succeeded(tries) {
      for (const { key, isShared } of tries) {
        const found = kept.get(key);
        if (isShared === true && found !== undefined && found.failures > 1)
          kept.set(key, { ...found, failures: found.failures - 1, until: 0 });
        else kept.delete(key);
      }
    },
  };
}

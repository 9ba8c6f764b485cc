import { RefusedRequest } from '@syncline/contract';
import type { Clock } from './clock.ts';

export interface GuessLimitOptions {
  /** wrong ones in a row that are looked at; 0: no limit */
  burst: number;
  /** how many more are looked at each second after that */
  perSecond: number;
  clock: Clock;
  /** callers that are remembered at once; of more, the one not heard of for longest is forgotten */
  maxCallers?: number;
}

/** Wrong secrets of one caller, as a bucket that runs dry. */
interface Caller {
  left: number;
  at: number;
}

/** Lets whoever shows wrong secrets show only so many (hazards 4.2, "guessing"). */
export interface GuessLimit {
  /**
   * Looks whether the secret is right, unless this caller has shown too many wrong ones: then it is not even looked at.
   * @param caller who shows it, and whose it should be
   * @throws RefusedRequest `rateLimited`
   */
  guard(caller: { address: string | undefined; tenantId: string }, isRight: () => boolean): boolean;
}

export function createGuessLimit(options: GuessLimitOptions): GuessLimit {
  const { burst, perSecond, clock, maxCallers = 10_000 } = options;
  if (burst === 0) return { guard: (_caller, isRight) => isRight() };
  // In the order they were last heard of.
  const callers = new Map<string, Caller>();

  function leftOf(key: string, now: number): number {
    const caller = callers.get(key);
    if (caller === undefined) return burst;
    // A clock that was set back gives nothing and takes nothing.
    return Math.min(burst, caller.left + (Math.max(0, now - caller.at) / 1000) * perSecond);
  }

  function remember(key: string, caller: Caller): void {
    callers.delete(key);
    callers.set(key, caller);
    const [oldest] = callers.keys();
    if (callers.size > maxCallers && oldest !== undefined) callers.delete(oldest);
  }

  return {
    guard({ address = '', tenantId }, isRight) {
      const key = `${networkOf(address)} ${tenantId}`;
      const now = clock.now();
      const left = leftOf(key, now);
      if (left < 1)
        throw new RefusedRequest(
          'rateLimited',
          'Too many wrong tokens came from this address',
          1 / perSecond,
        );
      const found = isRight();
      if (!found) remember(key, { left: left - 1, at: now });
      return found;
    },
  };
}

/** One subscriber has 2^64 addresses of IPv6: they count as one. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  const [head = ''] = address.split('::');
  return head.split(':').slice(0, 4).join(':');
}

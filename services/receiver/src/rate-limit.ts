import { RefusedRequest } from '@syncline/contract';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/**
 * Takes one push out of what the tenant may send.
 * @throws RefusedRequest `rateLimited` when the tenant had its share of this second
 */
export type TakeShare = (tenantId: string) => Promise<void>;

/** @param perSecond of each tenant in this process; 0: no limit */
export function createRateLimit(perSecond: number): TakeShare {
  if (perSecond === 0) return () => Promise.resolve();
  const limiter = new RateLimiterMemory({ points: perSecond, duration: 1 });
  return async (tenantId) => {
    try {
      await limiter.consume(tenantId);
    } catch (reason) {
      if (!(reason instanceof RateLimiterRes)) throw reason;
      const message = `The tenant sends more than ${perSecond} pushes a second`;
      throw new RefusedRequest('rateLimited', message, reason.msBeforeNext / 1000);
    }
  };
}

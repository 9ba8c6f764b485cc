import { setImmediate, setTimeout } from 'node:timers/promises';
import type { JsonObject } from '@syncline/contract';
import { optionalNumber } from './fields.ts';
import { BadRequest } from './http-server.ts';

export interface BulkPlan {
  count: number;
  /** the number that the first record gets for `{n}` */
  from: number;
  /** null is as fast as it goes */
  ratePerSecond: number | null;
}

const sliceSize = 100;

export function readBulkPlan(body: JsonObject): BulkPlan {
  const count = optionalNumber(body, 'count') ?? 0;
  if (!Number.isInteger(count) || count < 1) throw new BadRequest('count must be a whole number above 0');
  return {
    count,
    from: optionalNumber(body, 'from') ?? 1,
    ratePerSecond: optionalNumber(body, 'ratePerSecond') ?? null,
  };
}

/** Carries out `one` for each number of the plan, in slices, so that other requests are answered in between. */
export async function runBulk(plan: BulkPlan, one: (n: number) => string): Promise<string[]> {
  const began = performance.now();
  const dataIds: string[] = [];
  for (let i = 0; i < plan.count; i += 1) {
    if (plan.ratePerSecond !== null) {
      const aheadMs = (i * 1000) / plan.ratePerSecond - (performance.now() - began);
      if (aheadMs > 1) await setTimeout(aheadMs);
    }
    if (i % sliceSize === sliceSize - 1) await setImmediate();
    dataIds.push(one(plan.from + i));
  }
  return dataIds;
}

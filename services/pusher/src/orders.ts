import { createGroupFlush } from '@syncline/chassis';
import type { Store } from '@syncline/store';

/** Numbers that say which of two ERP states is newer (design, "What is newer is defined"). */
export interface Orders {
  /** A number that is drawn after this call began. */
  take(): Promise<number>;
}

export function createOrders({ counters }: Pick<Store, 'counters'>): Orders {
  const takes = createGroupFlush<null, number>({
    async flush(askers) {
      const first = await counters.take('erpOrder', askers.length);
      return askers.map((_, index) => first + index);
    },
    maxItems: 1_000,
    maxWaiting: 20_000,
  });
  return { take: () => takes.add(null) };
}

import { createGroupFlush } from '@syncline/chassis';
import type { ErpWrite } from '@syncline/contract';
import type { Store } from '@syncline/store';

/**
 * Is this write what its row waits for? An older one that is delivered again is not, and must never follow a newer one
 * to the ERP.
 */
export interface InFlight {
  includes(write: ErpWrite): Promise<boolean>;
}

export function createInFlight({ mappingRows }: Pick<Store, 'mappingRows'>): InFlight {
  const reads = createGroupFlush<string, string | null>({
    async flush(rowIds) {
      const ids = await mappingRows.inFlightIds([...new Set(rowIds)]);
      return rowIds.map((rowId) => ids.get(rowId) ?? null);
    },
    maxItems: 500,
    maxWaiting: 20_000,
  });
  return {
    includes: async ({ rowId, syncId, attempt }) => (await reads.add(rowId)) === `${syncId}/${attempt}`,
  };
}

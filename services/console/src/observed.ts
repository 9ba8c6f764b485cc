import type { CatalogView } from '@syncline/catalog';
import type { Clock, Logger } from '@syncline/chassis';
import { syncStatus } from '@syncline/contract';
import type { FailureCount, RowCount, Store } from '@syncline/store';
import { z } from 'zod';
import { createCached, type Cached } from './cached.ts';
import { readServices, type ServiceAddress, type ServiceHealth } from './services-health.ts';
import { openStatuses } from './status-words.ts';

/** How many mapping rows are not settled, by `lastSyncStatus`. */
export const openCountsSchema = z.object({
  pending: z.number(),
  waiting: z.number(),
  inFlight: z.number(),
  retrying: z.number(),
  failed: z.number(),
  held: z.number(),
  unknown: z.number(),
});
export type OpenCounts = z.infer<typeof openCountsSchema>;

/** What is looked at from time to time, whoever asks how often. */
export interface Observed {
  /** rows of a tenant that are not settled; null when the store did not tell in time */
  openRows(tenantId: string, withinMs: number): Promise<RowCount[] | null>;
  /** failures of a tenant that nothing has settled; null when the store did not tell in time */
  failures(tenantId: string, withinMs: number): Promise<FailureCount[] | null>;
  services: Cached<ServiceHealth[]>;
  deadLetters: Cached<number>;
}

const freshMs = 2_000;
const statuses = openStatuses.map((name) => syncStatus[name]);
const failedStatuses = [syncStatus.failed, syncStatus.unknown];

export function createObserved(deps: {
  store: Pick<Store, 'mappingRows' | 'deadLetters' | 'syncHistory' | 'instances'>;
  catalog: { view(): CatalogView };
  services: readonly ServiceAddress[];
  clock: Clock;
  logger: Logger;
}): Observed {
  const { store, catalog, services, clock, logger } = deps;
  const cached = <T>(name: string, read: () => Promise<T>): Cached<T> =>
    createCached({ name, read, freshMs, clock, logger });
  const ofTenants = <T>(name: string, read: (tenantId: string) => Promise<T>) => {
    const kept = new Map<string, Cached<T>>();
    return (tenantId: string, withinMs: number): Promise<T | null> => {
      for (const id of kept.keys()) if (catalog.view().tenant(id) === undefined) kept.delete(id);
      const own = kept.get(tenantId) ?? cached(name, () => read(tenantId));
      kept.set(tenantId, own);
      return own.get(withinMs);
    };
  };
  return {
    openRows: ofTenants('the count of open rows', (id) => store.mappingRows.countByStatus(id, statuses)),
    failures: ofTenants('the count of failures', (id) => store.syncHistory.countFailures(id, failedStatuses)),
    services: cached('the services', () => readServices(services, store.instances, clock)),
    deadLetters: cached('the count of dead letters', () => store.deadLetters.count()),
  };
}

/** Adds up counts of rows, of all streams or of those that are let through. */
export function openCountsOf(counts: readonly RowCount[]): OpenCounts {
  const sums: OpenCounts = {
    pending: 0,
    waiting: 0,
    inFlight: 0,
    retrying: 0,
    failed: 0,
    held: 0,
    unknown: 0,
  };
  for (const { lastSyncStatus, count } of counts) {
    const name = openStatuses.find((one) => syncStatus[one] === lastSyncStatus);
    if (name !== undefined) sums[name] += count;
  }
  return sums;
}

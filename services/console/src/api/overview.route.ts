import { z } from 'zod';
import { flowSchema } from '../flow.ts';
import { lagSchema } from '../lag.ts';
import { openCountsOf, openCountsSchema } from '../observed.ts';
import { serviceHealthSchema } from '../services-health.ts';
import { readTenantOverview, tenantOverviewSchema } from '../tenant-overview.ts';
import { route, tenantRoute, type ApiSources } from './route.ts';

/** The whole overview answers within this, with nulls for what did not tell in time. */
const withinMs = 2_000;

const counted =
  'records: all mapping rows that are not settled, by lastSyncStatus; null where the store did not answer in time. ' +
  'lastHour: syncs that finished within 60 minutes, by how they ended; the console counts what it reads from sync.outcomes since it started (since).';

const overviewSchema = z.object({
  records: openCountsSchema
    .extend({ deadLetters: z.number().nullable() })
    .partial()
    .describe('sums over all tenants'),
  counted: z.string().describe('what the numbers count'),
  since: z.string().describe('ISO 8601: when the console began to count'),
  tenants: z.array(
    z.object({
      tenantId: z.string(),
      name: z.string(),
      records: openCountsSchema.nullable(),
      lastHour: flowSchema,
    }),
  ),
  services: z.array(serviceHealthSchema).nullable(),
  lag: z.array(lagSchema.omit({ partitions: true })).nullable(),
});
type Overview = z.infer<typeof overviewSchema>;

export const overviewRoutes = [
  route({
    role: 'viewer',
    path: '/overview',
    summary: 'Flow, open records, services and lag at a glance',
    query: {},
    answer: overviewSchema,
    handle: (_asked, sources) => readOverview(sources),
  }),
  tenantRoute({
    role: 'viewer',
    path: '/overview',
    summary: 'One tenant at a glance; /live?tenant= sends it again as it moves',
    query: {},
    answer: tenantOverviewSchema,
    handle: ({ tenant }, sources) => readTenantOverview(tenant, sources),
  }),
];

async function readOverview(sources: ApiSources): Promise<Overview> {
  const { observed, flow, lag } = sources;
  const [tenants, services, lags, deadLetters] = await Promise.all([
    readTenants(sources),
    observed.services.get(withinMs),
    lag.get(withinMs),
    observed.deadLetters.get(withinMs),
  ]);
  return {
    records: { ...sumRecords(tenants), deadLetters },
    counted,
    since: new Date(flow.since).toISOString(),
    tenants,
    services,
    lag: lags?.map(({ partitions: _partitions, ...one }) => one) ?? null,
  };
}

function readTenants({ catalog, observed, flow }: ApiSources): Promise<Overview['tenants']> {
  return Promise.all(
    catalog.view().tenants.map(async ({ id, name }) => {
      const rows = await observed.openRows(id, withinMs);
      return {
        tenantId: id,
        name,
        records: rows === null ? null : openCountsOf(rows),
        lastHour: flow.lastHour(id),
      };
    }),
  );
}

/** Without those that are not known: a sum that leaves some out says so by its absence. */
function sumRecords(tenants: Overview['tenants']): Partial<z.infer<typeof openCountsSchema>> {
  const known = tenants.flatMap(({ records }) => (records === null ? [] : [records]));
  if (known.length < tenants.length) return {};
  const sums = openCountsOf([]);
  for (const records of known) {
    for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += records[name];
  }
  return sums;
}

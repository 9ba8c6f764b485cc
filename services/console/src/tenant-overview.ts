import type { Stream, Tenant } from '@syncline/catalog';
import { topics } from '@syncline/contract';
import { z } from 'zod';
import type { ApiSources } from './api/route.ts';
import { flowSchema, type FlowNumbers } from './flow.ts';
import { openCountsOf, openCountsSchema } from './observed.ts';
import { serviceHealthSchema } from './services-health.ts';

/** It answers within this, with nulls for what did not tell in time. */
const withinMs = 2_000;
/** "Lately": a minute is too short for a slow stream, an hour hides what just began. */
const recentMinutes = 5;

const countsSchema = z.object({ success: z.number(), failed: z.number(), other: z.number() });

const streamSchema = z.object({
  id: z.string(),
  name: z.string(),
  direction: z.enum(['crm-to-erp', 'erp-to-crm']),
  source: z.string(),
  dest: z.string(),
  dataCenterId: z.string(),
  enabled: z.boolean(),
  lastHour: countsSchema,
  recent: countsSchema.describe(`of the last ${recentMinutes} minutes`),
  open: openCountsSchema.nullable().describe('its rows that are not settled; null when not known in time'),
});

const topicSchema = z.object({
  topic: z.string(),
  perSecond: z.number().nullable().describe('what came onto it lately, of all tenants'),
  lag: z.number().nullable().describe('what waits there to be dealt with, of all tenants'),
});

/** One tenant at a glance. */
export const tenantOverviewSchema = z.object({
  at: z.number().describe('ms; when it was read'),
  since: z.number().describe('ms; when the console began to count'),
  records: openCountsSchema.nullable(),
  deadLetters: z.number().nullable().describe('of all tenants'),
  lastHour: flowSchema,
  streams: z.array(streamSchema),
  topics: z.array(topicSchema),
  services: z.array(serviceHealthSchema).nullable(),
});
export type TenantOverview = z.infer<typeof tenantOverviewSchema>;

export async function readTenantOverview(tenant: Tenant, sources: ApiSources): Promise<TenantOverview> {
  const { observed, flow, lag, rates, catalog, clock } = sources;
  const [rows, services, lags, deadLetters] = await Promise.all([
    observed.openRows(tenant.id, withinMs),
    observed.services.get(withinMs),
    lag.get(withinMs),
    observed.deadLetters.get(withinMs),
  ]);
  const own = catalog.view().streams.filter(({ tenantId }) => tenantId === tenant.id);
  const ofStream = (stream: Stream): z.infer<typeof streamSchema> => {
    const { id, name, direction, source, dest, dataCenterId, enabled } = stream;
    const minutes = flow.lastHour(tenant.id, id).perMinute;
    return {
      ...{ id, name, direction, source, dest, dataCenterId, enabled },
      lastHour: sumOf(minutes),
      recent: sumOf(minutes.slice(-recentMinutes)),
      open: rows === null ? null : openCountsOf(rows.filter(({ streamId }) => streamId === id)),
    };
  };
  return {
    at: clock.now(),
    since: flow.since,
    records: rows === null ? null : openCountsOf(rows),
    deadLetters,
    lastHour: flow.lastHour(tenant.id),
    streams: own.map(ofStream),
    topics: Object.values(topics).map((topic) => ({
      topic,
      perSecond: rates.perSecond(topic),
      lag: lags?.find((one) => one.topic === topic && one.groupId !== 'syncline-console')?.lag ?? null,
    })),
    services,
  };
}

function sumOf(minutes: FlowNumbers['perMinute']): z.infer<typeof countsSchema> {
  const sum = { success: 0, failed: 0, other: 0 };
  for (const { success, failed, other } of minutes) {
    sum.success += success;
    sum.failed += failed;
    sum.other += other;
  }
  return sum;
}

import { z } from 'zod';
import { flowSchema } from '../flow.ts';
import { openCountsOf, openCountsSchema } from '../observed.ts';
import { pageFrom, pageOf } from './page.ts';
import { pageQuery } from './query.ts';
import { tenantRoute } from './route.ts';

const withinMs = 5_000;

const anyValue = z.unknown().describe('any JSON value');
const fieldMappingSchema = z.object({
  to: z.string(),
  from: z.string().optional(),
  value: anyValue.optional(),
  expression: z.string().optional(),
  required: z.boolean(),
  options: anyValue,
  default: anyValue.optional(),
  lookup: z.string().nullable(),
  reference: z.object({ object: z.string(), dest: z.string().nullable() }).nullable(),
});

/** The files of a stream's hooks; what stands in them is left out. */
const hookFilesSchema = z.object({
  before: z.string().nullable(),
  during: z.string().nullable(),
  after: z.string().nullable(),
});

const streamSchema = z.object({
  id: z.string(),
  name: z.string(),
  dataCenterId: z.string(),
  direction: z.enum(['crm-to-erp', 'erp-to-crm']),
  source: z.string(),
  dest: z.string(),
  enabled: z.boolean(),
  triggers: z.array(z.string()),
  filter: z.string().nullable(),
  fields: z.array(fieldMappingSchema),
  details: z.array(z.object({ source: z.string(), dest: z.string(), fields: z.array(fieldMappingSchema) })),
  hooks: hookFilesSchema,
  configRevision: z.string(),
  open: openCountsSchema.nullable().describe('its rows that are not settled; null when not known in time'),
  lastHour: flowSchema,
});

export const streamRoutes = [
  tenantRoute({
    role: 'viewer',
    path: '/streams',
    summary: 'The streams of a tenant, with what they moved in the last hour and what is open',
    query: pageQuery,
    answer: pageOf(streamSchema),
    async handle({ tenant, query }, { catalog, observed, flow }) {
      const own = catalog.view().streams.filter(({ tenantId }) => tenantId === tenant.id);
      const page = pageFrom(own, query, ({ id }) => id);
      const rows = await observed.openRows(tenant.id, withinMs);
      const items = page.items.map(({ tenantId: _tenantId, hooks = {}, ...stream }) => ({
        ...stream,
        hooks: {
          before: hooks.before?.file ?? null,
          during: hooks.during?.file ?? null,
          after: hooks.after?.file ?? null,
        },
        open: rows === null ? null : openCountsOf(rows.filter(({ streamId }) => streamId === stream.id)),
        lastHour: flow.lastHour(tenant.id, stream.id),
      }));
      return { ...page, items };
    },
  }),
];

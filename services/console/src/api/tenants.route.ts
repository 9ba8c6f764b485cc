import { configuredPushTokens, withoutCredentials, type DataCenter, type ErpObject } from '@syncline/catalog';
import { z } from 'zod';
import { pageFrom, pageOf } from './page.ts';
import { pageQuery } from './query.ts';
import { route, tenantRoute } from './route.ts';

const tenantSchema = z.object({
  id: z.string(),
  name: z.string(),
  dataCenters: z.number(),
  erpObjects: z.number(),
  streams: z.number(),
});

const fieldSchema = z.object({
  apiName: z.string(),
  label: z.string(),
  type: z.string(),
  required: z.boolean(),
});

const dataCenterSchema = z.object({
  id: z.string(),
  channel: z.string(),
  baseUrl: z.string(),
  token: z.literal('***'),
  format: z.string(),
  result: z.object({
    codePath: z.string(),
    successCodes: z.array(z.string()),
    messagePath: z.string(),
    dataPath: z.string(),
  }),
  concurrency: z.number(),
  requestsPerSecond: z.number().nullable(),
  timeoutMs: z.number(),
  retryDelaysMs: z.array(z.number()),
  createSettleSeconds: z.number(),
  breaker: z.object({ failures: z.number(), probeSeconds: z.number() }),
  onUnknownCreate: z.string(),
  timeZone: z.string(),
});

const erpObjectSchema = z.object({
  dataCenterId: z.string(),
  apiName: z.string(),
  label: z.string(),
  idField: z.string(),
  nameField: z.string(),
  matchFields: z.array(z.string()),
  fields: z.array(fieldSchema),
  details: z.array(
    z.object({
      apiName: z.string(),
      label: z.string(),
      idField: z.string().nullable(),
      fields: z.array(fieldSchema),
    }),
  ),
  poll: z
    .object({
      everyMs: z.number(),
      pageSize: z.number(),
      overlapMs: z.number(),
      lagMs: z.number(),
      startFrom: z.number().nullable(),
    })
    .nullable(),
  adapter: z.string().nullable().describe('the kind of adapter for pushes without id'),
  firstAppliedAt: z.number(),
});

const tenantDetailSchema = z.object({
  id: z.string(),
  name: z.string(),
  pushTokens: z.number().describe('how many there are; the tokens themselves are kept nowhere'),
  dataCenters: z.array(dataCenterSchema),
  erpObjects: z.array(erpObjectSchema),
  streams: z.array(z.object({ id: z.string(), name: z.string(), enabled: z.boolean() })),
});

export const tenantRoutes = [
  route({
    role: 'viewer',
    path: '/tenants',
    summary: 'The tenants',
    query: pageQuery,
    answer: pageOf(tenantSchema),
    async handle({ query }, { catalog }) {
      const view = catalog.view();
      const page = pageFrom(view.tenants, query, ({ id }) => id);
      const countOf = (list: readonly { tenantId: string }[], id: string): number =>
        list.filter(({ tenantId }) => tenantId === id).length;
      const items = page.items.map(({ id, name, dataCenters }) => ({
        id,
        name,
        dataCenters: dataCenters.length,
        erpObjects: countOf(view.erpObjects, id),
        streams: countOf(view.streams, id),
      }));
      return { ...page, items };
    },
  }),
  tenantRoute({
    role: 'viewer',
    path: '',
    summary: 'A tenant with its data centers, ERP objects and streams; no secrets',
    query: {},
    answer: tenantDetailSchema,
    async handle({ tenant }, { catalog }) {
      const view = catalog.view();
      const isOwn = ({ tenantId }: { tenantId: string }): boolean => tenantId === tenant.id;
      return {
        id: tenant.id,
        name: tenant.name,
        pushTokens: configuredPushTokens(tenant).length,
        dataCenters: tenant.dataCenters.map(withoutSecrets),
        erpObjects: view.erpObjects.filter(isOwn).map(toErpObject),
        streams: view.streams.filter(isOwn).map(({ id, name, enabled }) => ({ id, name, enabled })),
      };
    },
  }),
];

function withoutSecrets(dataCenter: DataCenter): z.infer<typeof dataCenterSchema> {
  return { ...dataCenter, token: '***', baseUrl: withoutCredentials(dataCenter.baseUrl) };
}

function toErpObject({
  tenantId: _tenantId,
  adapter,
  ...object
}: ErpObject): z.infer<typeof erpObjectSchema> {
  return { ...object, adapter: adapter?.kind ?? null };
}

import type { MappingRow } from '@syncline/store';
import { mappingStatus } from '@syncline/contract';
import { z } from 'zod';
import { readRowState, rowStateSchema } from '../row-state.ts';
import { mappingStatusText, statusText } from '../status-words.ts';
import { pageOf } from './page.ts';
import { given, pageQuery, syncStatuses, text } from './query.ts';
import { notFound, tenantRoute, type ApiSources } from './route.ts';
import { syncSchema, toSync } from './sync-shape.ts';

const mappingSchema = z.object({
  id: z.string(),
  dataCenterId: z.string(),
  crmObject: z.string(),
  crmId: z.string().describe("'' while unknown, as for all ids and names"),
  crmName: z.string(),
  erpObject: z.string(),
  erpId: z.string(),
  erpName: z.string(),
  beganOn: z.enum(['crm', 'erp']),
  isCreated: z.boolean(),
  status: z.number(),
  statusText: z.string(),
  lastSyncStatus: z.number(),
  lastSyncStatusText: z.string(),
  lastSyncDataId: z.string(),
  streamId: z.string().nullable(),
  remark: z.string(),
  doing: z.string().nullable().describe('what it does or waits for, in words; null at rest'),
  nextDueAt: z.number().nullable().describe('ms; when it goes on by itself'),
  createdAt: z.number(),
  updatedAt: z.number(),
});

const streamNameSchema = z
  .object({ id: z.string(), name: z.string(), enabled: z.boolean() })
  .nullable()
  .describe('null when there is none');

const mappingDetailSchema = mappingSchema.extend({
  state: rowStateSchema,
  streams: z.object({ toErp: streamNameSchema, toCrm: streamNameSchema }),
});

const statusByText = new Map<string, MappingRow['status']>(
  Object.entries(mappingStatus).flatMap(([name, number]): [string, MappingRow['status']][] => [
    [name, number],
    [String(number), number],
  ]),
);

const status = z
  .string()
  .refine((one) => statusByText.has(one), 'expected 1 (inForce), 2 (reserved) or 3 (voided)')
  .transform((one) => statusByText.get(one) ?? mappingStatus.inForce)
  .optional()
  .describe('1 (inForce), 2 (reserved) or 3 (voided)');

export const mappingRoutes = [
  tenantRoute({
    role: 'viewer',
    path: '/mappings',
    summary: 'The mapping rows of a tenant, the one changed last first',
    query: {
      ...pageQuery,
      dataCenterId: text,
      crmObject: text,
      erpObject: text,
      crmId: text,
      erpId: text,
      streamId: text,
      status,
      lastSyncStatus: syncStatuses,
      text: text.describe('in an id or a name of either side'),
    },
    answer: pageOf(mappingSchema),
    async handle({ tenant, query }, { store }) {
      const { limit, ...filter } = query;
      const page = await store.mappingRows.list({ ...given(filter), limit, tenantId: tenant.id });
      return { ...page, items: page.items.map(toMapping) };
    },
  }),
  tenantRoute({
    role: 'viewer',
    path: '/mappings/:rowId',
    summary: 'One mapping row: its ids, what it does now, what it waits for and when it goes on',
    query: {},
    answer: mappingDetailSchema,
    async handle({ tenant, param }, { store, catalog }) {
      const row = await findRow(store, tenant.id, param('rowId'));
      const { toErp, toCrm } = catalog
        .view()
        .pairStreams(tenant.id, row.dataCenterId, row.crmObject, row.erpObject);
      return {
        ...toMapping(row),
        state: readRowState(row.state),
        streams: { toErp: nameOf(toErp), toCrm: nameOf(toCrm) },
      };
    },
  }),
  tenantRoute({
    role: 'viewer',
    path: '/mappings/:rowId/syncs',
    summary: 'The syncs of one mapping row, the one changed last first',
    query: pageQuery,
    answer: pageOf(syncSchema),
    async handle({ tenant, param, query }, { store }) {
      const { id: rowId } = await findRow(store, tenant.id, param('rowId'));
      const page = await store.syncHistory.list({ ...query, tenantId: tenant.id, filter: { rowId } });
      return { ...page, items: page.items.map(toSync) };
    },
  }),
];

async function findRow(store: ApiSources['store'], tenantId: string, rowId: string): Promise<MappingRow> {
  const [row] = await store.mappingRows.findByIds(tenantId, [rowId]);
  if (row === undefined) throw notFound(`mapping row ${JSON.stringify(rowId)} of this tenant`);
  return row;
}

function nameOf(stream: { id: string; name: string; enabled: boolean } | undefined) {
  return stream === undefined ? null : { id: stream.id, name: stream.name, enabled: stream.enabled };
}

function toMapping(row: MappingRow): z.infer<typeof mappingSchema> {
  const { version: _version, tenantId: _tenantId, inFlightId: _inFlightId, ...shown } = row;
  const { waitsOn: _waitsOn, state, ...fields } = shown;
  const { phase, words, nextDueAt } = readRowState(state);
  return {
    ...fields,
    statusText: mappingStatusText(row.status),
    lastSyncStatusText: statusText(row.lastSyncStatus),
    doing: phase === 'atRest' ? null : words,
    nextDueAt,
  };
}

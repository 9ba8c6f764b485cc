import { fieldDataTypes } from '@syncline/contract';
import { z } from 'zod';
import { pageOf } from './page.ts';
import { given, pageQuery, text } from './query.ts';
import { tenantRoute } from './route.ts';

const fieldMappingSchema = z.object({
  dataCenterId: z.string(),
  channel: z.string(),
  dataType: z.enum(fieldDataTypes),
  crmId: z.string(),
  crmName: z.string(),
  erpId: z.string(),
  erpName: z.string(),
  updatedAt: z.number(),
});

export const fieldMappingRoutes = [
  tenantRoute({
    role: 'viewer',
    path: '/field-mappings',
    summary: 'Employees, currencies and other values with their counterparts, the newest first',
    query: {
      ...pageQuery,
      dataCenterId: text,
      text: text.describe('in an id or a name of either side'),
      dataType: z.enum(fieldDataTypes, `expected one of ${fieldDataTypes.join(', ')}`).optional(),
    },
    answer: pageOf(fieldMappingSchema),
    async handle({ tenant, query }, { store }) {
      const { limit, ...filter } = query;
      const page = await store.fieldMappings.list({ ...given(filter), limit, tenantId: tenant.id });
      return { ...page, items: page.items.map(({ tenantId: _tenantId, ...entry }) => entry) };
    },
  }),
];

import { objectApi } from '@syncline/catalog';
import { z } from 'zod';
import { notFound, route } from './route.ts';

const openApiSchema = z.looseObject({ openapi: z.literal('3.1.0') });

export const erpObjectRoutes = [
  route({
    role: 'viewer',
    path: '/erp-objects/:tenantId/:dataCenterId/:apiName/openapi.json',
    summary: 'OpenAPI 3.1 of the five endpoints of an ERP object, with its own fields and curl commands',
    query: {},
    answer: openApiSchema,
    async handle({ param }, { catalog, clock, receiverUrl }) {
      const [tenantId, dataCenterId, apiName] = [param('tenantId'), param('dataCenterId'), param('apiName')];
      const view = catalog.view();
      const object = view.erpObject(tenantId, dataCenterId, apiName);
      const api = object && objectApi(view, object, { receiverUrl, now: clock.now() });
      if (!api) {
        const place = `tenant ${JSON.stringify(tenantId)} and data center ${JSON.stringify(dataCenterId)}`;
        throw notFound(`ERP object ${JSON.stringify(apiName)} in ${place}`);
      }
      return { ...api.openApi, openapi: '3.1.0' as const };
    },
  }),
];

import { auditResults } from '@syncline/store';
import { z } from 'zod';
import { pageOf } from './page.ts';
import { given, moment, pageQuery, text } from './query.ts';
import { route } from './route.ts';

const lineSchema = z.object({
  id: z.string(),
  at: z.number(),
  who: z.string().nullable().describe('a user, an API key, or syncline; null: nobody that is known'),
  role: z.string().nullable(),
  address: z.string(),
  action: z.string().describe('method and path'),
  tenantId: z.string().nullable(),
  target: z.string().describe('the path as it was asked for'),
  details: z.string().describe('what was asked for, as JSON, without secrets'),
  result: z.enum(auditResults).describe('begun: its process ended before it was known'),
  code: z.string().nullable().describe('the errCode of what was refused or failed'),
});

export const auditRoutes = [
  route({
    role: 'admin',
    isOfAllTenants: true,
    path: '/audit',
    summary: 'Who did what, or tried to, the newest first',
    query: {
      ...pageQuery,
      who: text,
      tenantId: text,
      action: text.describe('method and path, such as POST /users'),
      result: z
        .enum(auditResults, `expected one of ${auditResults.join(', ')}`)
        .optional()
        .describe('how it ended'),
      from: moment,
      to: moment,
    },
    answer: pageOf(lineSchema),
    async handle({ query: { limit, ...filter } }, { store }) {
      return store.audit.list({ ...given(filter), limit });
    },
  }),
];

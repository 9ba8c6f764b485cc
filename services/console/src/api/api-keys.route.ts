import type { ApiKey } from '@syncline/store';
import { z } from 'zod';
import { role, tenantIds } from '../auth/account-fields.ts';
import { pageOf } from './page.ts';
import { badField, momentOf, pageQuery } from './query.ts';
import { postRoute, route } from './route.ts';

const keySchema = z.object({
  id: z.string().describe('stands in the key itself and is no secret'),
  name: z.string(),
  role: z.string(),
  tenants: z.array(z.string()).nullable().describe('null: all, also those to come'),
  createdBy: z.string(),
  createdAt: z.number(),
  expiresAt: z.number().nullable(),
  revokedAt: z.number().nullable(),
});

const nameText = 'expected 1 to 100 characters';
const momentText = 'expected ms since the epoch, or 2026-01-31T10:00:00Z';
const admins = { role: 'admin', isOfAllTenants: true } as const;

export const apiKeyRoutes = [
  route({
    ...admins,
    path: '/api-keys',
    summary:
      'The API keys of scripts, the newest first; revoked ones too. The keys themselves are kept nowhere',
    query: pageQuery,
    answer: pageOf(keySchema),
    async handle({ query }, { store }) {
      const page = await store.apiKeys.list(query);
      return { ...page, items: page.items.map(shown) };
    },
  }),
  postRoute({
    ...admins,
    audited: ['name', 'role', 'tenants', 'expiresAt'],
    path: '/api-keys',
    summary: 'A new API key: it is in this answer and never again',
    body: {
      name: z.string(nameText).trim().min(1, nameText).max(100, nameText).describe('what it is for'),
      role,
      tenants: tenantIds.default(null),
      expiresAt: z
        .union([z.string(), z.number()], momentText)
        .refine((given) => momentOf(String(given)) !== null, momentText)
        .transform((given) => momentOf(String(given)))
        .nullable()
        .default(null)
        .describe('ms since the epoch, or ISO 8601 with a zone; null: never'),
    },
    answer: keySchema.extend({ key: z.string().describe('for Authorization: Bearer') }),
    async handle({ body, caller }, { accounts, clock }) {
      if (body.expiresAt !== null && body.expiresAt <= clock.now())
        throw badField('expiresAt', 'expected a time to come');
      const { key, kept } = await accounts.addKey({ ...body, createdBy: caller.name });
      return { ...shown(kept), key };
    },
  }),
  postRoute({
    ...admins,
    path: '/api-keys/:keyId/revoke',
    summary: 'Revokes an API key at once; it stays in the list',
    body: {},
    answer: keySchema,
    handle: async ({ param }, { accounts }) => shown(await accounts.revokeKey(param('keyId'))),
  }),
];

function shown({ hash: _hash, ...key }: ApiKey): z.output<typeof keySchema> {
  return key;
}

import { configuredPushTokens, type Tenant } from '@syncline/catalog';
import { RefusedRequest } from '@syncline/contract';
import { PushTokenRefused, type IssuedPushToken, type Store } from '@syncline/store';
import { z } from 'zod';
import { badField, momentOf } from './query.ts';
import { notFound, postRoute, tenantRoute, type ApiSources } from './route.ts';

const tokenSchema = z.object({
  id: z.string(),
  name: z.string().nullable(),
  /** config: of the config folder, where it is changed; console: given out beside it */
  source: z.enum(['config', 'issued']),
  createdAt: z.number().nullable(),
  expiresAt: z.number().nullable(),
  revokedAt: z.number().nullable(),
  lastUsedAt: z.number().nullable(),
});
type Shown = z.infer<typeof tokenSchema>;

const issuedSchema = z.object({ token: z.string(), pushToken: tokenSchema });

const name = z
  .string()
  .regex(/^[^\p{C}]{1,64}$/u, 'expected a name of 1 to 64 characters')
  .transform((text) => text.trim())
  .refine((text) => text !== '', 'expected a name');
const expiresAt = z
  .union([z.number(), z.string()])
  .nullable()
  .default(null)
  .describe('ms since the epoch, or ISO 8601 with a zone; null: never');
const maxOverlapSeconds = 90 * 24 * 3600;

export const pushTokenRoutes = [
  tenantRoute({
    role: 'admin',
    path: '/push-tokens',
    summary: 'The push tokens of a tenant, without the tokens themselves',
    query: {},
    answer: z.object({ items: z.array(tokenSchema) }),
    async handle({ tenant }, { store }) {
      const issued = await store.pushTokens.ofTenant(tenant.id);
      const configured = configuredPushTokens(tenant);
      const used = await store.pushTokens.lastUsed([...configured, ...issued].map(({ hash }) => hash));
      const fromConfig = configured.map(({ hash, ...it }): Shown => ({
        id: hash.slice(0, 12),
        ...it,
        source: 'config',
        createdAt: null,
        revokedAt: null,
        lastUsedAt: used.get(hash) ?? null,
      }));
      return { items: [...fromConfig, ...issued.map((it) => shown(it, used.get(it.hash)))] };
    },
  }),
  postRoute({
    role: 'admin',
    audited: ['name', 'expiresAt'],
    path: '/tenants/:tenantId/push-tokens',
    summary: 'Gives out a push token; it is in this answer alone',
    body: { name, expiresAt },
    answer: issuedSchema,
    async handle({ param, body }, sources) {
      const { id: tenantId } = tenantOf(param('tenantId'), sources);
      const { clock, store } = sources;
      const now = clock.now();
      const wanted = { tenantId, name: body.name, expiresAt: expiryOf(body.expiresAt, now) };
      const { token, issued } = await refusing(store.pushTokens.issue(wanted, now));
      return { token, pushToken: shown(issued) };
    },
  }),
  postRoute({
    role: 'admin',
    audited: ['expiresAt', 'overlapSeconds'],
    path: '/tenants/:tenantId/push-tokens/:id/rotate',
    summary: 'Gives out a push token in the place of another, which stays good for a while',
    body: {
      expiresAt,
      overlapSeconds: z
        .number()
        .min(0)
        .max(maxOverlapSeconds)
        .default(7 * 24 * 3600)
        .describe('how long the former one stays good'),
    },
    answer: issuedSchema,
    async handle({ param, body }, sources) {
      const { id: tenantId } = tenantOf(param('tenantId'), sources);
      const { clock, store } = sources;
      const now = clock.now();
      const id = (await oneOf(tenantId, param('id'), store)).id;
      const overlapMs = body.overlapSeconds * 1000;
      const wanted = { tenantId, id, expiresAt: expiryOf(body.expiresAt, now), overlapMs };
      const { token, issued } = await refusing(store.pushTokens.rotate(wanted, now));
      return { token, pushToken: shown(issued) };
    },
  }),
  postRoute({
    role: 'admin',
    path: '/tenants/:tenantId/push-tokens/:id/revoke',
    summary: 'Withdraws a push token; it is refused within seconds',
    body: {},
    answer: tokenSchema,
    async handle({ param }, sources) {
      const { id: tenantId } = tenantOf(param('tenantId'), sources);
      const { id } = await oneOf(tenantId, param('id'), sources.store);
      return shown(await refusing(sources.store.pushTokens.revoke({ tenantId, id }, sources.clock.now())));
    },
  }),
];

function shown({ hash: _hash, tenantId: _tenantId, ...it }: IssuedPushToken, lastUsedAt?: number): Shown {
  return { ...it, source: 'issued', lastUsedAt: lastUsedAt ?? null };
}

function tenantOf(tenantId: string, { catalog }: ApiSources): Tenant {
  const tenant = catalog.view().tenant(tenantId);
  if (tenant === undefined) throw notFound(`tenant ${JSON.stringify(tenantId)}`);
  return tenant;
}

async function oneOf(tenantId: string, id: string, { pushTokens }: Store): Promise<IssuedPushToken> {
  const found = (await pushTokens.ofTenant(tenantId)).find((it) => it.id === id);
  if (found === undefined) throw notFound(`push token ${JSON.stringify(id)} that was given out`);
  return found;
}

function expiryOf(given: number | string | null, now: number): number | null {
  if (given === null) return null;
  const at = momentOf(String(given));
  if (at === null) throw badField('expiresAt', 'expected ms since the epoch, or 2026-01-31T10:00:00Z');
  if (at <= now) throw badField('expiresAt', 'lies in the past');
  return at;
}

async function refusing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof PushTokenRefused) throw new RefusedRequest('conflict', error.message);
    throw error;
  }
}

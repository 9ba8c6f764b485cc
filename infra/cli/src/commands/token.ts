import { configuredPushTokens, type Tenant } from '@syncline/catalog';
import { isInForce, PushTokenRefused, type IssuedPushToken, type Store } from '@syncline/store';
import { withStore } from '../clients.ts';
import { durationMs, momentOf } from '../moment.ts';
import { tableOf } from '../output.ts';
import { Refused } from '../refused.ts';
import type { Context } from './command.ts';

const storeLimitMs = 15_000;

export interface NewTokenOptions {
  name: string;
  expires?: string;
}

export interface RotateTokenOptions {
  expires?: string;
  overlap: string;
}

/** Gives out a push token, and shows it this once. */
export async function addToken(tenant: string, options: NewTokenOptions, context: Context): Promise<void> {
  const expiresAt = expiryOf(options.expires);
  const { token, issued } = await withTenant(tenant, context, ({ id: tenantId }, store) =>
    store.pushTokens.issue({ tenantId, name: options.name, expiresAt }, Date.now()),
  );
  showOnce(token, issued, context);
}

/** Gives out a push token in the place of another, which stays good for a while. */
export async function rotateToken(
  tenant: string,
  idOrName: string,
  options: RotateTokenOptions,
  context: Context,
): Promise<void> {
  const expiresAt = expiryOf(options.expires);
  const overlapMs = durationMs(options.overlap, '--overlap');
  const done = await withTenant(tenant, context, async ({ id: tenantId }, store) => {
    const { id } = await oneOf(tenantId, idOrName, store);
    return store.pushTokens.rotate({ tenantId, id, expiresAt, overlapMs }, Date.now());
  });
  showOnce(done.token, done.issued, context);
  context.output.say(`The former one, ${done.replaced.id}, is good until ${when(done.replaced.expiresAt)}.`);
}

/** Withdraws a push token. */
export async function revokeToken(tenant: string, idOrName: string, context: Context): Promise<void> {
  const revoked = await withTenant(tenant, context, async ({ id: tenantId }, store) => {
    const { id } = await oneOf(tenantId, idOrName, store);
    return store.pushTokens.revoke({ tenantId, id }, Date.now());
  });
  context.output.say(
    `The push token ${revoked.id} (${revoked.name}) is revoked; it is refused within seconds.`,
  );
}

/** All push tokens of a tenant, those of its config folder among them. None can be shown again. */
export async function listTokens(tenant: string, context: Context): Promise<void> {
  const rows = await withTenant(tenant, context, async (found, store) => {
    const configured = configuredPushTokens(found);
    const issued = await store.pushTokens.ofTenant(found.id);
    const used = await store.pushTokens.lastUsed([...configured, ...issued].map(({ hash }) => hash));
    return [
      ...configured.map((it) => [
        it.hash.slice(0, 12),
        it.name ?? '-',
        it.expiresAt !== null && it.expiresAt <= Date.now() ? 'expired' : 'in force (config folder)',
        '-',
        when(it.expiresAt),
        when(used.get(it.hash)),
      ]),
      ...issued.map((it) => [
        it.id,
        it.name,
        stateOf(it),
        when(it.createdAt),
        when(it.expiresAt),
        when(used.get(it.hash)),
      ]),
    ];
  });
  if (rows.length === 0) context.output.say(`There is none yet: ./syncline token add ${tenant} --name NAME`);
  else context.output.say(tableOf(['id', 'name', 'state', 'since', 'expires', 'last used'], rows));
}

async function withTenant<T>(
  id: string,
  { installation }: Context,
  use: (tenant: Tenant, store: Store) => Promise<T>,
): Promise<T> {
  return withStore(installation, storeLimitMs, async (store) => {
    const { tenants = [] } = (await store.config.current())?.catalog ?? {};
    const tenant = tenants.find((it) => it.id === id);
    if (tenant === undefined) {
      const known = tenants.map((it) => it.id).join(', ') || 'none yet; ./syncline apply DIR brings one';
      throw new Refused(`There is no tenant ${id}. There are: ${known}`);
    }
    try {
      return await use(tenant, store);
    } catch (error) {
      if (error instanceof PushTokenRefused) throw new Refused(`${error.message}.`);
      throw error;
    }
  });
}

/** By its id, or by its name where one of that name is in force. */
async function oneOf(tenantId: string, idOrName: string, { pushTokens }: Store): Promise<IssuedPushToken> {
  const all = await pushTokens.ofTenant(tenantId);
  const [byId] = all.filter(({ id }) => id === idOrName);
  if (byId !== undefined) return byId;
  const [named, ...others] = all.filter((it) => it.name === idOrName && isInForce(it, Date.now()));
  if (named === undefined)
    throw new Refused(
      `Tenant ${tenantId} has no push token ${idOrName} in force that was given out; those of the config folder are changed there. ./syncline token list ${tenantId} shows all.`,
    );
  if (others.length === 0) return named;
  const ids = [named, ...others].map(({ id }) => id).join(', ');
  throw new Refused(`Several push tokens are named ${idOrName}: ${ids}. Say which by its id.`);
}

/** A moment, or how long from now: `90d`. */
function expiryOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const at = /^\d+[a-z]$/.test(text)
    ? Date.now() + durationMs(text, '--expires')
    : momentOf(text, '--expires');
  if (at <= Date.now()) throw new Refused(`--expires ${text} lies in the past.`, 2);
  return at;
}

function showOnce(
  token: string,
  { id, name, tenantId, expiresAt }: IssuedPushToken,
  { output }: Context,
): void {
  const end = expiresAt === null ? 'does not expire' : `expires ${when(expiresAt)}`;
  output.say(`Push token ${id} (${name}) of tenant ${tenantId}; it ${end}. It is not shown again:`);
  output.say('');
  output.say(`  ${token}`);
  output.say('');
}

function stateOf(token: IssuedPushToken): string {
  if (token.revokedAt !== null) return `revoked ${when(token.revokedAt)}`;
  return isInForce(token, Date.now()) ? 'in force' : 'expired';
}

function when(at: number | null | undefined): string {
  return at === null || at === undefined
    ? 'never'
    : `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')}Z`;
}

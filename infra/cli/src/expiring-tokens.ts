import { configuredPushTokens } from '@syncline/catalog';
import { isInForce } from '@syncline/store';
import { withStore } from './clients.ts';
import type { Installation } from './installation.ts';
import { counted } from './output.ts';
import { Refused } from './refused.ts';

const limitMs = 3000;
const dayMs = 86_400_000;
const soonMs = 14 * dayMs;
const keptInSightMs = 7 * dayMs;

export interface Ending {
  tenantId: string;
  name: string;
  /** Infinity: never */
  expiresAt: number;
}

/** Push tokens that expire soon, or did so lately; nothing where there are none. */
export async function expiringTokenLines(installation: Installation): Promise<string[]> {
  try {
    return describeEndings(await readEndings(installation), Date.now());
  } catch (error) {
    if (error instanceof Refused) return ['push tokens: unknown, the store does not answer'];
    throw error;
  }
}

function readEndings(installation: Installation): Promise<Ending[]> {
  return withStore(installation, limitMs, async (store) => {
    const { tenants = [] } = (await store.config.current())?.catalog ?? {};
    const configured = tenants.flatMap((tenant) =>
      configuredPushTokens(tenant).map((it) => ({
        ...it,
        tenantId: tenant.id,
        name: it.name ?? 'without a name',
      })),
    );
    const issued = (await store.pushTokens.all()).filter((it) => isInForce({ ...it, expiresAt: null }, 0));
    return [...configured, ...issued].map(({ tenantId, name, expiresAt }) => ({
      tenantId,
      name,
      expiresAt: expiresAt ?? Infinity,
    }));
  });
}

/** @param endings of which one that another of the same name outlasts says nothing */
export function describeEndings(endings: readonly Ending[], now: number): string[] {
  const last = new Map<string, Ending>();
  for (const ending of endings) {
    const key = `${ending.tenantId}\n${ending.name}`;
    if (ending.expiresAt > (last.get(key)?.expiresAt ?? 0)) last.set(key, ending);
  }
  return [...last.values()]
    .filter(({ expiresAt }) => expiresAt > now - keptInSightMs && expiresAt < now + soonMs)
    .sort((a, b) => a.expiresAt - b.expiresAt)
    .map(
      ({ tenantId, name, expiresAt }) =>
        `push token ${name} of tenant ${tenantId}: ${inWords(expiresAt - now)}`,
    );
}

function inWords(ms: number): string {
  if (ms <= 0) return 'has expired';
  const hours = Math.floor(ms / 3_600_000);
  return hours < 48
    ? `expires in ${counted(hours, 'hour')}`
    : `expires in ${counted(Math.floor(ms / dayMs), 'day')}`;
}

import {
  acceptedToken,
  configuredPushTokens,
  findPushToken,
  type AcceptedToken,
  type Tenant,
} from '@syncline/catalog';
import {
  createLoop,
  systemClock,
  type Clock,
  type Logger,
  type Part,
  type Readiness,
} from '@syncline/chassis';
import type { FollowedCatalog } from './follow-catalog.ts';
import type { IssuedPushToken, PushTokens } from './push-tokens.ts';

export interface FollowPushTokensOptions {
  store: { pushTokens: Pick<PushTokens, 'all' | 'used'> };
  catalog: Pick<FollowedCatalog, 'view' | 'onChange'>;
  logger: Logger;
  clock?: Clock;
  everyMs?: number;
  /** called after each reading, with those in force that have an end */
  onRead?(ending: EndingToken[]): void;
}

/** A push token with an end, whoever gave it. */
export interface EndingToken {
  tenantId: string;
  name: string;
  expiresAt: number;
}

export interface FollowedPushTokens extends Part {
  /** Is this one of the tenant's push tokens? An unknown tenant has none, and its answer takes as long. */
  isTokenOf(tenantId: string, token: string): boolean;
  /** Reads them now. */
  refresh(): Promise<void>;
  ready(): Readiness;
}

/** The time of last use is kept so exactly. */
const useEveryMs = 10 * 60_000;

/** Keeps at hand which push tokens are good: those of the configuration, and those that were given out beside it. */
export function followPushTokens(options: FollowPushTokensOptions): FollowedPushTokens {
  const { store, catalog, logger, clock = systemClock, everyMs = 2000, onRead } = options;
  let issued: readonly IssuedPushToken[] = [];
  let accepted: ReadonlyMap<string, AcceptedToken[]> = new Map();
  let isRead = false;
  const noted = new Map<string, number>();
  let unsaved = new Map<string, number>();

  function join(): void {
    const named = Map.groupBy(issued, ({ tenantId }) => tenantId);
    accepted = new Map(
      catalog.view().tenants.map((tenant) => [tenant.id, allOf(tenant, named.get(tenant.id) ?? [])]),
    );
  }
  catalog.onChange(join);

  function noteUse({ hash }: AcceptedToken, now: number): void {
    if (now - (noted.get(hash) ?? -Infinity) < useEveryMs) return;
    noted.set(hash, now);
    unsaved.set(hash, now);
  }

  async function saveUses(): Promise<void> {
    if (unsaved.size === 0) return;
    const saving = unsaved;
    unsaved = new Map();
    await store.pushTokens.used(saving).catch((error: unknown) => {
      for (const hash of saving.keys()) noted.delete(hash);
      logger.warn('when push tokens were used could not be stored', { error });
    });
  }

  async function refresh(): Promise<void> {
    issued = (await store.pushTokens.all()).filter(({ revokedAt }) => revokedAt === null);
    join();
    isRead = true;
    onRead?.(endingOf(catalog.view().tenants, issued, clock.now()));
    await saveUses();
  }

  return {
    ...createLoop({ name: 'push tokens', everyMs, logger, tick: refresh }),
    isTokenOf(tenantId, token) {
      const now = clock.now();
      const found = findPushToken(accepted.get(tenantId), token, now);
      if (found !== null) noteUse(found, now);
      return found !== null;
    },
    refresh,
    ready: () =>
      isRead ? { ready: true } : { ready: false, reason: 'the push tokens have not been read yet' },
  };
}

function allOf(tenant: Tenant, issued: readonly IssuedPushToken[]): AcceptedToken[] {
  return [...configuredPushTokens(tenant), ...issued].map(acceptedToken);
}

function endingOf(
  tenants: readonly Tenant[],
  issued: readonly IssuedPushToken[],
  now: number,
): EndingToken[] {
  const known = new Set(tenants.map(({ id }) => id));
  const configured = tenants.flatMap((tenant) =>
    configuredPushTokens(tenant).map((it) => ({ ...it, tenantId: tenant.id })),
  );
  return [...configured, ...issued.filter(({ tenantId }) => known.has(tenantId))].flatMap(
    ({ tenantId, name, hash, expiresAt }) =>
      expiresAt === null || expiresAt <= now
        ? []
        : [{ tenantId, name: name ?? hash.slice(0, 12), expiresAt }],
  );
}

import { randomBytes } from 'node:crypto';
import type { Clock } from '@syncline/chassis';
import type { Store } from '@syncline/store';
import type { Caller } from './caller.ts';
import { csrfTokenOf, digestOf } from './digests.ts';
import { createShortMemory } from './short-memory.ts';

const freshMs = 2_000;
/** Being in use is written down this often. */
const touchEveryMs = 60_000;
const tokenForm = /^[\w-]{43}$/;

export interface SessionLife {
  /** a session ends this long after its sign-in */
  sessionMs: number;
  /** and this long after its last request */
  idleMs: number;
}

export interface OpenedSession {
  /** for the browser; the store knows only its digest */
  token: string;
  caller: Caller;
  maxAgeMs: number;
}

export interface Sessions {
  open(user: string): Promise<OpenedSession | null>;
  /** Who this is; null when the session has ended or never was. */
  callerOf(token: string, options?: { isUse: boolean }): Promise<Caller | null>;
  end(id: string): Promise<void>;
  endOfUser(user: string): Promise<void>;
  /** What is known of users has changed. */
  forget(): void;
  removeEnded(): Promise<number>;
}

/** The sessions of the console's users. What was read is believed for 2 s, by other processes than the one that ends it. */
export function createSessions(deps: {
  store: Pick<Store, 'sessions' | 'users'>;
  clock: Clock;
  life: SessionLife;
}): Sessions {
  const { store, clock, life } = deps;
  const memory = createShortMemory<{ caller: Caller; lastSeenAt: number } | null>({ clock, freshMs });

  async function read(id: string, token: string) {
    const session = await store.sessions.get(id);
    if (session === null) return null;
    const { lastSeenAt } = session;
    const expiresAt = Math.min(session.expiresAt, session.createdAt + life.sessionMs);
    const now = clock.now();
    if (now >= expiresAt || now - lastSeenAt >= life.idleMs) {
      await store.sessions.remove(id);
      return null;
    }
    const user = await store.users.get(session.user);
    if (user === null || user.disabled) return null;
    const { name, role, tenants } = user;
    const own = { id, csrfToken: csrfTokenOf(token), expiresAt };
    return { caller: { name, kind: 'user' as const, role, tenants, session: own }, lastSeenAt };
  }

  async function callerOf(token: string, { isUse } = { isUse: true }): Promise<Caller | null> {
    if (!tokenForm.test(token)) return null;
    const id = digestOf(token);
    const found = await memory.get(id, () => read(id, token));
    if (found === null) return null;
    const now = clock.now();
    if (now >= (found.caller.session?.expiresAt ?? 0)) return null;
    if (isUse && now - found.lastSeenAt >= Math.min(touchEveryMs, life.idleMs / 4)) {
      found.lastSeenAt = now;
      await store.sessions.touch(id, now);
    }
    return found.caller;
  }

  return {
    callerOf,
    async open(user) {
      const token = randomBytes(32).toString('base64url');
      const now = clock.now();
      const expiresAt = now + life.sessionMs;
      await store.sessions.add({ id: digestOf(token), user, createdAt: now, lastSeenAt: now, expiresAt });
      const caller = await callerOf(token);
      return caller === null ? null : { token, caller, maxAgeMs: life.sessionMs };
    },
    async end(id) {
      await store.sessions.remove(id);
      memory.forget();
    },
    async endOfUser(user) {
      await store.sessions.removeOfUser(user);
      memory.forget();
    },
    forget: () => memory.forget(),
    removeEnded: () => store.sessions.removeEnded({ now: clock.now(), idleSince: clock.now() - life.idleMs }),
  };
}

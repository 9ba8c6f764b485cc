import type { Clock } from '@syncline/chassis';
import { RefusedRequest } from '@syncline/contract';
import type { ApiKey, Store } from '@syncline/store';
import type { Request } from 'express';
import { keyIdOf } from './api-key.ts';
import { ownProgram, type Caller } from './caller.ts';
import { readCookie } from './cookie.ts';
import { digestOf, isSame } from './digests.ts';
import type { Sessions } from './sessions.ts';
import { createShortMemory } from './short-memory.ts';

const freshMs = 2_000;

export interface Authenticate {
  /**
   * Who asks: by the header `operator-key`, by `Authorization: Bearer` with an API key, or by the session's cookie.
   * @param options.isUse false for what a page does of its own accord: it keeps no session alive
   * @throws RefusedRequest when nobody that is known does
   */
  caller(req: Request, options?: { isUse: boolean }): Promise<Caller>;
  /** What is known of API keys has changed. */
  forget(): void;
}

export function createAuthenticate(deps: {
  store: Pick<Store, 'apiKeys' | 'operatorKey'>;
  sessions: Sessions;
  clock: Clock;
}): Authenticate {
  const { store, sessions, clock } = deps;
  const keys = createShortMemory<ApiKey | null>({ clock, freshMs });
  const operatorKey = createShortMemory<string>({ clock, freshMs });

  async function byOperatorKey(given: string): Promise<Caller | null> {
    const key = await operatorKey.get('', () => store.operatorKey.read());
    return isSame(given, key) ? ownProgram : null;
  }

  async function byApiKey(authorization: string): Promise<Caller | null> {
    const given = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '';
    const id = keyIdOf(given);
    if (id === null) return null;
    const key = await keys.get(id, () => store.apiKeys.get(id));
    const isRight = key !== null && isSame(key.hash, digestOf(given));
    if (!isRight || key.revokedAt !== null || clock.now() >= (key.expiresAt ?? Infinity)) return null;
    return { name: key.name, kind: 'api key', role: key.role, tenants: key.tenants };
  }

  return {
    async caller(req, options = { isUse: true }) {
      const given = req.get('operator-key');
      const authorization = req.get('authorization');
      const token = readCookie(req);
      // Whoever says more than one thing is taken at the first, and a wrong one is not made good by the next.
      const found =
        given !== undefined
          ? await byOperatorKey(given)
          : authorization !== undefined
            ? await byApiKey(authorization)
            : token !== undefined
              ? await sessions.callerOf(token, options)
              : null;
      if (found === null) throw new RefusedRequest('notSignedIn', 'Nobody is signed in');
      return found;
    },
    forget: () => keys.forget(),
  };
}

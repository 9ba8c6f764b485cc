import type { Clock } from '@syncline/chassis';
import { RefusedRequest, type Role } from '@syncline/contract';
import type { ApiKey, Store, User } from '@syncline/store';
import { newApiKey } from './api-key.ts';
import type { Authenticate } from './authenticate.ts';
import { digestOf } from './digests.ts';
import type { Passwords } from './passwords.ts';
import type { Sessions } from './sessions.ts';

/** What an admin does with users and API keys. */
export interface Accounts {
  /** @throws RefusedRequest when there is one of that name */
  addUser(user: { name: string; password: string; role: Role; tenants: string[] | null }): Promise<User>;
  /** @throws RefusedRequest when there is no such user, or nobody would be left who may do everything */
  changeUser(name: string, set: Partial<Pick<User, 'role' | 'tenants' | 'disabled'>>): Promise<User>;
  /** Ends all sessions of the user. */
  setPassword(name: string, password: string): Promise<User>;
  removeUser(name: string): Promise<void>;
  /** @returns the key itself, which is kept nowhere */
  addKey(key: Pick<ApiKey, 'name' | 'role' | 'tenants' | 'createdBy' | 'expiresAt'>): Promise<{
    key: string;
    kept: ApiKey;
  }>;
  revokeKey(id: string): Promise<ApiKey>;
}

export function createAccounts(deps: {
  store: Pick<Store, 'users' | 'apiKeys'>;
  sessions: Sessions;
  authenticate: Authenticate;
  passwords: Passwords;
  clock: Clock;
}): Accounts {
  const { store, sessions, passwords, clock } = deps;
  return {
    ...keysOf(deps),
    async addUser({ password, ...user }) {
      const added: User = {
        ...user,
        password: await passwords.hash(password),
        disabled: false,
        createdAt: clock.now(),
        lastSignInAt: null,
      };
      if (!(await store.users.add(added)))
        throw new RefusedRequest('conflict', `There is a user ${JSON.stringify(user.name)} already`);
      return added;
    },
    async changeUser(name, set) {
      const before = await findUser(name, store);
      const after = { ...before, ...set };
      const { role, tenants, disabled } = before;
      const undo = (): Promise<unknown> => store.users.change(name, { role, tenants, disabled });
      await keepingAnAdmin(store, { before, after }, { change: () => store.users.change(name, set), undo });
      if (after.disabled) await sessions.endOfUser(name);
      else sessions.forget();
      return after;
    },
    async setPassword(name, password) {
      const user = await findUser(name, store);
      await store.users.change(name, { password: await passwords.hash(password) });
      await sessions.endOfUser(name);
      return user;
    },
    async removeUser(name) {
      const before = await findUser(name, store);
      const undo = (): Promise<unknown> => store.users.add(before);
      await keepingAnAdmin(store, { before, after: null }, { change: () => store.users.remove(name), undo });
      await sessions.endOfUser(name);
    },
  };
}

function keysOf({
  store,
  authenticate,
  clock,
}: {
  store: Pick<Store, 'apiKeys'>;
  authenticate: Authenticate;
  clock: Clock;
}): Pick<Accounts, 'addKey' | 'revokeKey'> {
  return {
    async addKey(asked) {
      const { id, key } = newApiKey();
      const kept = { ...asked, id, hash: digestOf(key), createdAt: clock.now(), revokedAt: null };
      await store.apiKeys.add(kept);
      return { key, kept };
    },
    async revokeKey(id) {
      await store.apiKeys.revoke(id, clock.now());
      authenticate.forget();
      const key = await store.apiKeys.get(id);
      if (key === null) throw new RefusedRequest('notFound', `There is no API key ${JSON.stringify(id)}`);
      return key;
    },
  };
}

async function findUser(name: string, store: Pick<Store, 'users'>): Promise<User> {
  const user = await store.users.get(name);
  if (user === null) throw new RefusedRequest('notFound', `There is no user ${JSON.stringify(name)}`);
  return user;
}

const mayEverything = (user: User | null): boolean =>
  user !== null && user.role === 'admin' && !user.disabled && user.tenants === null;

/**
 * Does something to a user unless nobody would be left who may do everything. Two admins who take each other's role away
 * at once both find the other first: so it is looked at once more afterwards, and taken back.
 */
async function keepingAnAdmin(
  { users }: Pick<Store, 'users'>,
  { before, after }: { before: User; after: User | null },
  { change, undo }: Record<'change' | 'undo', () => Promise<unknown>>,
): Promise<void> {
  const isGivenUp = mayEverything(before) && !mayEverything(after);
  const refusal = new RefusedRequest(
    'conflict',
    `${JSON.stringify(before.name)} is the last admin of all tenants: make another one first`,
  );
  if (isGivenUp && !(await users.hasAdminBeside(before.name))) throw refusal;
  await change();
  if (!isGivenUp || (await users.hasAdminBeside(before.name))) return;
  await undo();
  throw refusal;
}

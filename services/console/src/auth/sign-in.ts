import type { Clock } from '@syncline/chassis';
import { RefusedRequest } from '@syncline/contract';
import type { Store, User } from '@syncline/store';
import type { Accounts } from './accounts.ts';
import type { BackOff, Try } from './back-off.ts';
import type { Passwords } from './passwords.ts';
import type { OpenedSession, Sessions } from './sessions.ts';

/** A person mistypes; many people may share an address. */
const freeTriesOfName = 4;
const freeTriesOfAddress = 20;

interface Attempt {
  name: string;
  password: string;
  address: string;
}

export interface SignIn {
  /** @throws RefusedRequest, the same for an unknown name and a wrong password */
  signIn(attempt: Attempt): Promise<OpenedSession>;
  /** Ends all sessions of the user and opens a new one. */
  changePassword(attempt: Attempt, next: string): Promise<OpenedSession>;
  /** For the audit log: the name if it is one, for a wrong one may be a password in the wrong field. */
  knownName(name: string): Promise<string | null>;
}

export function createSignIn(deps: {
  store: Pick<Store, 'users'>;
  sessions: Sessions;
  accounts: Pick<Accounts, 'setPassword'>;
  passwords: Passwords;
  backOff: BackOff;
  clock: Clock;
}): SignIn {
  const { store, sessions, accounts, passwords, backOff, clock } = deps;

  async function check({ name, password, address }: Attempt): Promise<User> {
    const tries: Try[] = [
      { key: `name ${name}`, free: freeTriesOfName },
      { key: `address ${address}`, free: freeTriesOfAddress, isShared: true },
    ];
    backOff.begin(tries);
    const user = await store.users.get(name);
    const isRight = await passwords.isRight(password, user?.password ?? null);
    if (user === null || !isRight || user.disabled)
      throw new RefusedRequest('signInRefused', 'Name and password do not belong together');
    backOff.succeeded(tries);
    return user;
  }

  async function open(name: string): Promise<OpenedSession> {
    const opened = await sessions.open(name);
    if (opened === null) throw new RefusedRequest('signInRefused', 'The user was disabled at this moment');
    return opened;
  }

  return {
    async signIn(attempt) {
      const { name } = await check(attempt);
      await store.users.change(name, { lastSignInAt: clock.now() });
      return open(name);
    },
    async changePassword(attempt, next) {
      const { name } = await check(attempt);
      await accounts.setPassword(name, next);
      return open(name);
    },
    async knownName(name) {
      return (await store.users.get(name))?.name ?? null;
    },
  };
}

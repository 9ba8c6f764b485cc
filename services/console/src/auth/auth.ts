import type { Clock, Logger, Part } from '@syncline/chassis';
import type { Store } from '@syncline/store';
import { createAccounts, type Accounts } from './accounts.ts';
import { createAuditLog, type AuditLog } from './audit-log.ts';
import { createAuthenticate, type Authenticate } from './authenticate.ts';
import { createBackOff } from './back-off.ts';
import { createFirstAdmin } from './first-admin.ts';
import { createPasswords } from './passwords.ts';
import { createSessions, type SessionLife, type Sessions } from './sessions.ts';
import { createSignIn, type SignIn } from './sign-in.ts';

/** Who may ask, who does, and what they did. */
export interface Auth {
  authenticate: Authenticate;
  sessions: Sessions;
  signIn: SignIn;
  accounts: Accounts;
  audit: AuditLog;
  firstAdmin: Part;
}

export function createAuth(deps: {
  store: Pick<Store, 'users' | 'sessions' | 'apiKeys' | 'audit' | 'operatorKey'>;
  clock: Clock;
  logger: Logger;
  life: SessionLife;
  adminPassword: string | undefined;
}): Auth {
  const passwords = createPasswords();
  const sessions = createSessions(deps);
  const authenticate = createAuthenticate({ ...deps, sessions });
  const accounts = createAccounts({ ...deps, sessions, authenticate, passwords });
  const backOff = createBackOff(deps.clock);
  return {
    authenticate,
    sessions,
    accounts,
    signIn: createSignIn({ ...deps, sessions, accounts, passwords, backOff }),
    audit: createAuditLog(deps),
    firstAdmin: createFirstAdmin({ ...deps, accounts, password: deps.adminPassword }),
  };
}

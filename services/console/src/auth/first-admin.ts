import { createLoop, type Logger, type Part } from '@syncline/chassis';
import { RefusedRequest } from '@syncline/contract';
import type { Store } from '@syncline/store';
import type { Accounts } from './accounts.ts';

const everyMs = 60_000;
const name = 'admin';

/** Makes the user `admin` where there is no user yet. Until it has looked, the console is not ready. */
export function createFirstAdmin(deps: {
  store: Pick<Store, 'users'>;
  accounts: Accounts;
  /** CONSOLE_ADMIN_PASSWORD */
  password: string | undefined;
  logger: Logger;
}): Part {
  const { store, accounts, password, logger } = deps;
  let hasLooked = false;
  let isDone = false;

  async function look(): Promise<void> {
    if (isDone || (await store.users.hasAny())) isDone = true;
    else if (password === undefined) {
      if (!hasLooked)
        logger.warn(
          'nobody can sign in to the console: set CONSOLE_ADMIN_PASSWORD, or make a user with ./syncline user add',
        );
    } else {
      await accounts.addUser({ name, password, role: 'admin', tenants: null }).catch(unlessAnotherDid);
      logger.info(`made the first user of the console: ${name}`);
      isDone = true;
    }
    hasLooked = true;
  }

  return {
    ...createLoop({ name: 'first admin', everyMs, logger, tick: look }),
    ready: () =>
      hasLooked ? { ready: true } : { ready: false, reason: 'the users have not been looked at yet' },
  };
}

/** Two consoles that start at once: one of them finds the user that the other made. */
function unlessAnotherDid(error: unknown): void {
  if (!(error instanceof RefusedRequest && error.errorName === 'conflict')) throw error;
}

import { randomBytes } from 'node:crypto';
import type { Installation } from './installation.ts';
import { makeOwnSecret, readOwnSecret } from './own-secrets.ts';

const fileName = 'internal-secret';

/**
 * The secret with which services speak to each other for a tenant: `SYNCLINE_INTERNAL_SECRET`, or what an earlier `up`
 * made. Null: there is none yet.
 */
export function readInternalSecret({ env, home }: Pick<Installation, 'env' | 'home'>): string | null {
  return env['SYNCLINE_INTERNAL_SECRET'] || readOwnSecret(home, fileName);
}

/** The installation with a secret for its services, made on the first `up`. */
export function withInternalSecret(installation: Installation): Installation {
  const secret = readInternalSecret(installation) ?? makeSecret(installation.home);
  return { ...installation, env: { ...installation.env, SYNCLINE_INTERNAL_SECRET: secret } };
}

function makeSecret(home: string): string {
  return makeOwnSecret(home, fileName, randomBytes(32).toString('hex'));
}

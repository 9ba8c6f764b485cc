import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Installation } from './installation.ts';

/** The file below `SYNCLINE_HOME`; only its owner may read it. */
const fileName = 'internal-secret';

/**
 * The secret with which services speak to each other for a tenant: `SYNCLINE_INTERNAL_SECRET`, or what an earlier `up`
 * made. Null: there is none yet.
 */
export function readInternalSecret({ env, home }: Pick<Installation, 'env' | 'home'>): string | null {
  const given = env['SYNCLINE_INTERNAL_SECRET'];
  if (given) return given;
  try {
    return readFileSync(join(home, fileName), 'utf8').trim() || null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** The installation with a secret for its services, made on the first `up`. */
export function withInternalSecret(installation: Installation): Installation {
  const secret = readInternalSecret(installation) ?? makeSecret(installation.home);
  return { ...installation, env: { ...installation.env, SYNCLINE_INTERNAL_SECRET: secret } };
}

function makeSecret(home: string): string {
  const secret = randomBytes(32).toString('hex');
  const path = join(home, fileName);
  mkdirSync(home, { recursive: true });
  writeFileSync(path, `${secret}\n`, { mode: 0o600 });
  chmodSync(path, 0o600);
  return secret;
}

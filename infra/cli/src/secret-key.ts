import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseSecretKey } from '@syncline/chassis';
import type { Installation } from './installation.ts';
import { makeOwnSecret, readOwnSecret, replaceOwnSecret } from './own-secrets.ts';
import { Refused } from './refused.ts';

const fileName = 'secret-key';

type Where = Pick<Installation, 'env' | 'home' | 'secretKeys'>;

export function secretKeyFile({ home }: Where): string {
  return join(home, fileName);
}

/** Does the environment name the keys, and not the file below SYNCLINE_HOME? */
export function isSecretKeyGiven({ env }: Where): boolean {
  return Boolean(env['SYNCLINE_SECRET_KEY']);
}

/**
 * The keys that secrets in the store are encrypted with: `SYNCLINE_SECRET_KEY`, or what an earlier `up` or `apply` made.
 * @throws Refused when the file holds no keys
 */
export function readSecretKeys(where: Where): Buffer[] {
  if (isSecretKeyGiven(where)) return where.secretKeys;
  return keysIn(readOwnSecret(where.home, fileName) ?? '', where);
}

function keysIn(text: string, where: Where): Buffer[] {
  const keys = text === '' ? [] : text.split(',').map((one) => parseSecretKey(one.trim()));
  const good = keys.filter((key) => key !== null);
  if (good.length < keys.length)
    throw new Refused(`${secretKeyFile(where)} holds no key of 32 bytes; put the right one back.`, 2);
  return good;
}

/** The installation with its keys, for the CLI itself and for the services; the first is made where there is none. */
export function withSecretKey(installation: Installation): Installation {
  const found = readSecretKeys(installation);
  const secretKeys = found.length > 0 ? found : makeSecretKey(installation);
  const env = { ...installation.env, SYNCLINE_SECRET_KEY: textOf(secretKeys) };
  return { ...installation, secretKeys, env };
}

function makeSecretKey(where: Where): Buffer[] {
  return keysIn(makeOwnSecret(where.home, fileName, textOf([randomBytes(32)])), where);
}

/** Puts a new key before those in the file: it encrypts from then on, and the others still decrypt. */
export function addSecretKey(where: Where): Buffer[] {
  const keys = [randomBytes(32), ...readSecretKeys(where)];
  replaceOwnSecret(where.home, fileName, textOf(keys));
  return keys;
}

function textOf(keys: readonly Buffer[]): string {
  return keys.map((key) => key.toString('base64')).join(',');
}

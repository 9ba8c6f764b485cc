import { keyIdOf, type SecretCount } from '@syncline/store';
import { withStore } from '../clients.ts';
import { counted } from '../output.ts';
import { Refused } from '../refused.ts';
import { rewriteSecrets } from '../rewrite-secrets.ts';
import {
  addSecretKey,
  isSecretKeyGiven,
  readSecretKeys,
  secretKeyFile,
  withSecretKey,
} from '../secret-key.ts';
import type { Context } from './command.ts';

const storeLimitMs = 15_000;

/** Encrypts every secret in the store anew, with the first key. */
export async function rotateSecrets({ installation, output }: Context): Promise<void> {
  const keyed = withSecretKey(installation);
  const count = await withStore(keyed, storeLimitMs, rewriteSecrets);
  const [first, ...others] = keyed.secretKeys.map(keyIdOf);
  if (count === null) {
    output.say('Nothing is applied yet, so there is nothing to encrypt.');
    return;
  }
  const total = [...count.byKey.values()].reduce((sum, one) => sum + one, count.clear);
  output.say(`${counted(total, 'token')} of data centers: encrypted with the key ${String(first)} now.`);
  for (const line of beforeLines(count, first)) output.say(line);
  if (others.length > 0) {
    output.say(
      `The store needs ${others.join(', ')} no more. A backup made before may: keep what is removed from ${placeOf(installation)} with it.`,
    );
  }
}

/** Puts a new key before the present ones in the file that `up` keeps. */
export function newSecretKey({ installation, output }: Context): void {
  if (isSecretKeyGiven(installation)) {
    throw new Refused(
      'SYNCLINE_SECRET_KEY is set in the environment: put the output of "openssl rand -base64 32" and a comma before what it holds, ' +
        'for every service; start them again; then ./syncline secrets rotate.',
    );
  }
  const [first] = addSecretKey(installation).map(keyIdOf);
  output.say(`The key ${String(first)} is the first in ${secretKeyFile(installation)} now.`);
  output.say('Start Syncline again (./syncline down, then up), then run ./syncline secrets rotate.');
}

/** Which keys there are, and what is encrypted with them. */
export async function listSecretKeys({ installation, output }: Context): Promise<void> {
  const keys = readSecretKeys(installation).map(keyIdOf);
  const { clear, byKey } = await withStore(installation, storeLimitMs, (store) => store.config.secrets());
  for (const [index, id] of keys.entries()) {
    const part = index === 0 ? 'encrypts and decrypts' : 'decrypts';
    output.say(`key ${id}: ${part}; ${counted(byKey.get(id) ?? 0, 'token')} in the store`);
  }
  for (const [id, count] of byKey)
    if (!keys.includes(id)) output.warn(`key ${id} is missing: ${counted(count, 'token')} in the store`);
  if (clear > 0) output.warn(`in clear: ${counted(clear, 'token')}; ./syncline secrets rotate encrypts them`);
}

function beforeLines({ clear, byKey }: SecretCount, first: string | undefined): string[] {
  const others = [...byKey].filter(([id]) => id !== first);
  return [
    ...others.map(([id, count]) => `  encrypted with the key ${id} before: ${counted(count, 'token')}`),
    ...(clear > 0 ? [`  in clear before: ${counted(clear, 'token')}`] : []),
  ];
}

function placeOf(installation: Context['installation']): string {
  return isSecretKeyGiven(installation) ? 'SYNCLINE_SECRET_KEY' : secretKeyFile(installation);
}

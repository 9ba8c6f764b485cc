import { randomBytes } from 'node:crypto';

const form = /^sk-([0-9a-f]{16})-[\w-]{43}$/;

/** A new key and the id within it, by which it is found. */
export function newApiKey(): { id: string; key: string } {
  const id = randomBytes(8).toString('hex');
  return { id, key: `sk-${id}-${randomBytes(32).toString('base64url')}` };
}

/** The id within a key; null for what is none of ours. */
export function keyIdOf(key: string): string | null {
  return form.exec(key)?.[1] ?? null;
}

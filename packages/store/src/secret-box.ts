import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { isJsonObject, type Json, type JsonObject } from '@syncline/contract';
import { SecretKeyProblem } from './failure.ts';

const cipher = 'aes-256-gcm';
const nonceBytes = 12;

/** How many secrets are kept in which form; `clear` were written before secrets were encrypted. */
export interface SecretCount {
  clear: number;
  byKey: Map<string, number>;
}

/** A secret as it is kept: `{cipher, key, nonce, tag, text}`, whatever is binary as base64url. */
type Sealed = Record<'cipher' | 'key' | 'nonce' | 'tag' | 'text', string>;

export type SecretBox = ReturnType<typeof createSecretBox>;

/** What tells a key from another without telling anything of it. */
export function keyIdOf(key: Buffer): string {
  return createHash('sha256').update('syncline secret key id\n').update(key).digest('hex').slice(0, 8);
}

function isSealed(kept: Json | undefined): kept is JsonObject & Sealed {
  if (!isJsonObject(kept) || kept['cipher'] !== cipher) return false;
  return ['key', 'nonce', 'tag', 'text'].every((name) => typeof kept[name] === 'string');
}

/** The id of the key that a kept secret was encrypted with; null: it is kept in clear. */
export function keyIdIn(kept: Json | undefined): string | null {
  return isSealed(kept) ? kept.key : null;
}

/**
 * Encrypts secrets for the store and decrypts them.
 *
 * Each is bound to its place (the GCM's additional data): moved to another data center it cannot be opened, so nobody
 * who can write to the store can have a token sent to an ERP that it was not meant for.
 * @param keys `SYNCLINE_SECRET_KEY`
 */
export function createSecretBox(keys: readonly Buffer[]) {
  const byId = new Map(keys.map((key) => [keyIdOf(key), key]));
  const [first] = keys;

  return {
    /** @throws SecretKeyProblem without a key */
    seal(secret: string, place: string): Sealed {
      if (first === undefined) throw new SecretKeyProblem(noKey);
      const nonce = randomBytes(nonceBytes);
      const it = createCipheriv(cipher, first, nonce).setAAD(Buffer.from(place));
      const text = Buffer.concat([it.update(secret, 'utf8'), it.final()]);
      return {
        cipher,
        key: keyIdOf(first),
        nonce: nonce.toString('base64url'),
        tag: it.getAuthTag().toString('base64url'),
        text: text.toString('base64url'),
      };
    },

    /**
     * @param kept what `seal` returned, or a text that was kept in clear
     * @throws SecretKeyProblem when no key opens it
     */
    open(kept: Json | undefined, place: string): string {
      if (typeof kept === 'string') return kept;
      if (!isSealed(kept)) throw new SecretKeyProblem(`${place} is neither a text nor an encrypted one`);
      const key = byId.get(kept.key);
      if (key === undefined) throw new SecretKeyProblem(unknownKey(kept.key, [...byId.keys()]));
      try {
        return decrypt(kept, key, place);
      } catch (error) {
        throw new SecretKeyProblem(
          `What the store keeps of ${place} was changed, or belongs to another place: ./syncline apply --force with its config folder writes it anew`,
          { cause: error },
        );
      }
    },
  };
}

function decrypt({ nonce, tag, text }: Sealed, key: Buffer, place: string): string {
  const it = createDecipheriv(cipher, key, Buffer.from(nonce, 'base64url'), { authTagLength: 16 });
  it.setAAD(Buffer.from(place)).setAuthTag(Buffer.from(tag, 'base64url'));
  return Buffer.concat([it.update(Buffer.from(text, 'base64url')), it.final()]).toString('utf8');
}

const noKey =
  'SYNCLINE_SECRET_KEY is missing: the tokens of data centers are kept encrypted. Set it to the output of "openssl rand -base64 32", the same for every service (./syncline up makes one)';

function unknownKey(id: string, had: readonly string[]): string {
  const state =
    had.length === 0
      ? 'SYNCLINE_SECRET_KEY is missing'
      : `SYNCLINE_SECRET_KEY holds the key ${had.join(', ')}`;
  return (
    `${state}, and the tokens of data centers in the store are encrypted with the key ${id}: set it to that key ` +
    '(./syncline up keeps its own in SYNCLINE_HOME/secret-key), or, if it is lost, apply the config folder with --force'
  );
}

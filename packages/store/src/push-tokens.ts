import { randomBytes } from 'node:crypto';
import { pushTokenHash } from '@syncline/catalog';
import type { mongo } from 'mongoose';
import { bounded } from './bounded.ts';
import { asText, byId, upsertAll, type Database, type Keyed } from './collection.ts';

/** A push token that was given out beside the configuration. Of the token itself only its digest is kept. */
export interface IssuedPushToken {
  /** the first 12 digits of its digest, to name it by */
  id: string;
  tenantId: string;
  name: string;
  hash: string;
  createdAt: number;
  /** from then on it is not accepted; null: it stays good */
  expiresAt: number | null;
  revokedAt: number | null;
}

export interface NewPushToken {
  tenantId: string;
  name: string;
  expiresAt: number | null;
}

/** Why no token was given out or withdrawn, in words for the person who asked. */
export class PushTokenRefused extends Error {
  override readonly name = 'PushTokenRefused';
}

interface TokenDocument extends Keyed {
  tenantId: string;
  name: string;
  createdAt: number;
  expiresAt: number | null;
  revokedAt: number | null;
}

/** When any token, configured ones among them, was last accepted; `_id` is its digest. */
interface UseDocument extends Keyed {
  at: number;
}

const idLength = 12;
const maxInForce = 50;
/** What is not in force any more stays to be seen for so long. */
const keepOldMs = 90 * 24 * 60 * 60_000;
/** They are all read at once, every few seconds. */
const maxRead = 10_000;

export type PushTokens = ReturnType<typeof openPushTokens>;

export function isInForce({ revokedAt, expiresAt }: IssuedPushToken, now: number): boolean {
  return revokedAt === null && (expiresAt === null || now < expiresAt);
}

type Native = mongo.Collection<TokenDocument>;

/** What the verbs are made from. */
function openRegister(native: Native) {
  async function ofTenant(tenantId: string): Promise<IssuedPushToken[]> {
    const found = await native
      .find({ tenantId: { $eq: asText(tenantId) } })
      .limit(maxRead)
      .toArray();
    return found.map(toToken).sort((a, b) => a.createdAt - b.createdAt);
  }

  async function one(tenantId: string, id: string): Promise<IssuedPushToken> {
    const found = (await ofTenant(tenantId)).find((it) => it.id === id);
    if (found === undefined) throw new PushTokenRefused(`Tenant ${tenantId} has no push token ${id}`);
    return found;
  }

  async function insert(
    wanted: NewPushToken,
    now: number,
  ): Promise<{ token: string; issued: IssuedPushToken }> {
    const token = `slp_${randomBytes(32).toString('base64url')}`;
    const hash = pushTokenHash(token);
    const { tenantId, name, expiresAt } = wanted;
    const rest = { tenantId, name, createdAt: now, expiresAt, revokedAt: null };
    await native.insertOne({ _id: hash, ...rest });
    return { token, issued: toToken({ _id: hash, ...rest }) };
  }

  /** @throws PushTokenRefused when there is no room for one more */
  async function makeRoom(tenantId: string, now: number): Promise<IssuedPushToken[]> {
    const all = await ofTenant(tenantId);
    const old = all.filter((it) => (it.revokedAt ?? it.expiresAt ?? now) < now - keepOldMs);
    const hashes = old.map(({ hash }) => hash);
    if (hashes.length > 0) await native.deleteMany({ _id: { $in: hashes } });
    const inForce = all.filter((it) => isInForce(it, now));
    if (inForce.length >= maxInForce)
      throw new PushTokenRefused(
        `Tenant ${tenantId} has ${String(maxInForce)} push tokens in force; revoke one`,
      );
    return inForce;
  }

  return { ofTenant, one, insert, makeRoom };
}

/** When tokens were last accepted. */
function openUses(database: Database) {
  const { native } = database.open<UseDocument>({ name: 'push_token_uses', fields: { at: Number } });
  return {
    /** Notes when tokens were accepted last; a later time is not set back. */
    async used(times: ReadonlyMap<string, number>): Promise<void> {
      const operations = [...times].map(([hash, at]): mongo.AnyBulkWriteOperation<UseDocument> => ({
        updateOne: {
          filter: byId(hash),
          update: { $max: { at } },
          upsert: true,
        },
      }));
      if (operations.length > 0) await upsertAll(native, operations);
    },

    /** When tokens were last accepted, to within some minutes; never: absent. */
    async lastUsed(hashes: readonly string[]): Promise<Map<string, number>> {
      const found = await native.find({ _id: { $in: hashes.map(asText) } }).toArray();
      return new Map(found.map(({ _id, at }) => [_id, at]));
    },
  };
}

export function openPushTokens(database: Database) {
  const { native } = database.open<TokenDocument>({
    name: 'push_tokens',
    fields: { tenantId: String, name: String, createdAt: Number, expiresAt: Number, revokedAt: Number },
  });
  const uses = openUses(database);
  const { ofTenant, one, insert, makeRoom } = openRegister(native);

  return bounded('pushTokens', {
    /**
     * Gives out a new token. It is in the answer, and nowhere else ever again.
     * @throws PushTokenRefused when the tenant has one of that name, or too many
     */
    async issue(wanted: NewPushToken, now: number): Promise<{ token: string; issued: IssuedPushToken }> {
      const inForce = await makeRoom(wanted.tenantId, now);
      if (inForce.some(({ name }) => name === wanted.name))
        throw new PushTokenRefused(
          `Tenant ${wanted.tenantId} has a push token ${wanted.name} in force; rotate or revoke it, or choose another name`,
        );
      return insert(wanted, now);
    },

    /**
     * Gives out a token in the place of another, which stays good for `overlapMs` more, at the longest.
     * @throws PushTokenRefused when the tenant has no such token in force
     */
    async rotate(
      { tenantId, id, expiresAt, overlapMs }: Omit<NewPushToken, 'name'> & { id: string; overlapMs: number },
      now: number,
    ): Promise<{ token: string; issued: IssuedPushToken; replaced: IssuedPushToken }> {
      const former = await one(tenantId, id);
      if (!isInForce(former, now))
        throw new PushTokenRefused(`The push token ${id} is not in force any more`);
      await makeRoom(tenantId, now);
      const made = await insert({ tenantId, name: former.name, expiresAt }, now);
      const ends = Math.min(former.expiresAt ?? Infinity, now + overlapMs);
      await native.updateOne(byId(former.hash), { $set: { expiresAt: ends } });
      return { ...made, replaced: { ...former, expiresAt: ends } };
    },

    /**
     * Withdraws a token; it is refused within seconds. Once more changes nothing.
     * @throws PushTokenRefused when the tenant has no such token
     */
    async revoke({ tenantId, id }: { tenantId: string; id: string }, now: number): Promise<IssuedPushToken> {
      const found = await one(tenantId, id);
      const revokedAt = found.revokedAt ?? now;
      await native.updateOne(byId(found.hash), { $set: { revokedAt } });
      return { ...found, revokedAt };
    },

    /** Of one tenant, in the order they were given out; those out of force stay for 90 days or more. */
    ofTenant,

    /** Of all tenants. */
    async all(): Promise<IssuedPushToken[]> {
      return (await native.find({}).limit(maxRead).toArray()).map(toToken);
    },

    ...uses,
  });
}

function toToken({ _id, tenantId, name, createdAt, expiresAt, revokedAt }: TokenDocument): IssuedPushToken {
  return { id: _id.slice(0, idLength), tenantId, name, hash: _id, createdAt, expiresAt, revokedAt };
}

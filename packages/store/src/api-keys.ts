import type { Role } from '@syncline/contract';
import { bounded, longLimitMs } from './bounded.ts';
import { asText, byId, type CollectionSpec, type Database, type Keyed } from './collection.ts';
import { readPage, type Page, type PageRequest } from './paging.ts';

/** With what a script comes in place of a user. */
export interface ApiKey {
  /** names the key and is no secret */
  id: string;
  /** sha256 of the whole key, hex */
  hash: string;
  /** what it is for */
  name: string;
  role: Role;
  /** null: all, also those to come */
  tenants: string[] | null;
  createdBy: string;
  /** ms */
  createdAt: number;
  /** ms; null: never */
  expiresAt: number | null;
  /** ms */
  revokedAt: number | null;
}

interface KeyDocument extends Keyed, Omit<ApiKey, 'id'> {}

const keySpec: CollectionSpec = {
  name: 'console_api_keys',
  fields: {
    hash: String,
    name: String,
    role: String,
    tenants: [String],
    createdBy: String,
    createdAt: Number,
    expiresAt: Number,
    revokedAt: Number,
  },
  indexes: [{ keys: { createdAt: -1, _id: -1 }, for: 'scans' }],
};

export type ApiKeys = ReturnType<typeof openApiKeys>;

export function openApiKeys(database: Database) {
  const keys = database.open<KeyDocument>(keySpec);
  const { native } = keys;

  return bounded(
    'apiKeys',
    {
      async add({ id, ...key }: ApiKey): Promise<void> {
        await native.insertOne({ _id: asText(id), ...key });
      },

      async get(id: string): Promise<ApiKey | null> {
        const found = await native.findOne(byId(id));
        return found === null ? null : toKey(found);
      },

      /** Newest first; revoked ones too. */
      list({ after, limit }: PageRequest): Promise<Page<ApiKey>> {
        return readPage(keys, { filter: {}, sortBy: 'createdAt', after, limit, read: toKey });
      },

      /** Again changes nothing; false when there is no such key. */
      async revoke(id: string, at: number): Promise<boolean> {
        const revoked = await native.updateOne({ ...byId(id), revokedAt: null }, { $set: { revokedAt: at } });
        return revoked.matchedCount === 1 || (await native.findOne(byId(id))) !== null;
      },
    },
    { list: longLimitMs },
  );
}

function toKey({ _id, ...key }: KeyDocument): ApiKey {
  return { id: _id, ...key };
}

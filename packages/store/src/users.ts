import type { Role } from '@syncline/contract';
import { bounded, longLimitMs } from './bounded.ts';
import { asText, byId, type CollectionSpec, type Database, type Keyed } from './collection.ts';
import { isDuplicateKey } from './failure.ts';
import { readPage, type Page, type PageRequest } from './paging.ts';

/** What is kept of a password: enough to check one, also after the parameters for new ones have grown. */
export interface PasswordHash {
  /** base64 */
  hash: string;
  /** base64 */
  salt: string;
  cost: number;
  blockSize: number;
  parallelization: number;
}

/** Who may sign in to the console. */
export interface User {
  name: string;
  password: PasswordHash;
  role: Role;
  /** null: all, also those to come */
  tenants: string[] | null;
  disabled: boolean;
  /** ms */
  createdAt: number;
  /** ms */
  lastSignInAt: number | null;
}

interface UserDocument extends Keyed, Omit<User, 'name'> {}

const userSpec: CollectionSpec = {
  name: 'console_users',
  fields: {
    password: { hash: String, salt: String, cost: Number, blockSize: Number, parallelization: Number },
    role: String,
    tenants: [String],
    disabled: Boolean,
    createdAt: Number,
    lastSignInAt: Number,
  },
  indexes: [{ keys: { createdAt: -1, _id: -1 }, for: 'scans' }],
};

export type Users = ReturnType<typeof openUsers>;

/** The console's users: few, and found by name. */
export function openUsers(database: Database) {
  const users = database.open<UserDocument>(userSpec);
  const { native } = users;

  return bounded(
    'users',
    {
      /** False, and nothing changes, when there is one of that name. */
      async add({ name, ...user }: User): Promise<boolean> {
        try {
          await native.insertOne({ _id: asText(name), ...user });
          return true;
        } catch (error) {
          if (isDuplicateKey(error)) return false;
          throw error;
        }
      },

      async get(name: string): Promise<User | null> {
        const found = await native.findOne(byId(name));
        return found === null ? null : toUser(found);
      },

      /** Newest first. */
      list({ after, limit }: PageRequest): Promise<Page<User>> {
        return readPage(users, { filter: {}, sortBy: 'createdAt', after, limit, read: toUser });
      },

      /** False when there is none of that name. */
      async change(name: string, set: Partial<Omit<User, 'name' | 'createdAt'>>): Promise<boolean> {
        return (await native.updateOne(byId(name), { $set: set })).matchedCount === 1;
      },

      /** Says whether there was one. */
      async remove(name: string): Promise<boolean> {
        return (await native.deleteOne(byId(name))).deletedCount === 1;
      },

      async hasAny(): Promise<boolean> {
        return (await native.findOne({}, { projection: { _id: 1 } })) !== null;
      },

      /** Is there anyone, beside this name, who may sign in and do everything? */
      async hasAdminBeside(name: string): Promise<boolean> {
        const admins = { role: { $eq: 'admin' as const }, disabled: { $eq: false }, tenants: { $eq: null } };
        return (await native.findOne({ _id: { $ne: asText(name) }, ...admins })) !== null;
      },
    },
    { list: longLimitMs },
  );
}

function toUser({ _id, ...user }: UserDocument): User {
  return { name: _id, ...user };
}

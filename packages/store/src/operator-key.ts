import { randomBytes } from 'node:crypto';
import { bounded } from './bounded.ts';
import { byId, type Database, type Keyed } from './collection.ts';
import { isDuplicateKey } from './failure.ts';

interface KeyDocument extends Keyed {
  key: string;
}

export type OperatorKey = ReturnType<typeof openOperatorKey>;

/**
 * One secret that Syncline's own programs share. Whoever reads the store may do everything anyway: with this key a
 * program that reads it shows a service that it may, without a password for people to set and to lose.
 */
export function openOperatorKey(database: Database) {
  const { native } = database.open<KeyDocument>({ name: 'operator_key', fields: { key: String } });

  async function read(): Promise<string> {
    const mine = randomBytes(32).toString('hex');
    try {
      const document = await native.findOneAndUpdate(
        byId('operator'),
        { $setOnInsert: { key: mine } },
        { upsert: true, returnDocument: 'after' },
      );
      if (document === null) throw new Error('the operator key was not returned');
      return document.key;
    } catch (error) {
      // Two first readers at once: one of them finds the key that the other made.
      if (isDuplicateKey(error)) return read();
      throw error;
    }
  }

  return bounded('operatorKey', {
    /** The key; the first reader makes it. */
    read,
  });
}

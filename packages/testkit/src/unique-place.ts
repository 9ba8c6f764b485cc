import { randomBytes } from 'node:crypto';

/** Where one test file works undisturbed by the others: topics and a database of its own. */
export interface UniquePlace {
  kafkaBrokers: string[];
  mongodbUri: string;
  topicPrefix: string;
  secretKeys: Buffer[];
}

/** `SYNCLINE_SECRET_KEY` of the integration tests. */
export const testSecretKey = Buffer.alloc(32, 'a key for tests');

/** A prefix that no other test file has: letters and digits, and a dash at its end. */
export function uniquePrefix(): string {
  return `t${randomBytes(6).toString('hex')}-`;
}

/**
 * A place of its own on the broker and store of this run.
 * @param shared as `startBrokerAndStore` returned it; without it, as the run's global setup left it in the environment
 */
export function uniquePlace(shared?: { kafkaBrokers: string[]; mongodbUri: string }): UniquePlace {
  const brokers = shared?.kafkaBrokers ?? process.env.KAFKA_BROKERS?.split(',');
  const uri = shared?.mongodbUri ?? process.env.MONGODB_URI;
  if (!brokers || !uri)
    throw new Error('No broker and store: this test belongs to the integration project (x.int.test.ts).');
  const topicPrefix = uniquePrefix();
  return {
    kafkaBrokers: brokers,
    mongodbUri: withDatabase(uri, `syncline_${topicPrefix.slice(0, -1)}`),
    topicPrefix,
    secretKeys: [testSecretKey],
  };
}

/** The same server, another database. */
export function withDatabase(uri: string, database: string): string {
  const [, server = uri, query = ''] = /^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/[^?]*)?(\?.*)?$/.exec(uri) ?? [];
  return `${server}/${database}${query}`;
}

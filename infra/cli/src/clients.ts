import type { LogFields, Logger } from '@syncline/chassis';
import { connectKafka, type Kafka } from '@syncline/kafka';
import { connectStore, SecretKeyProblem, type Store } from '@syncline/store';
import type { Installation } from './installation.ts';
import { Refused } from './refused.ts';
import { readSecretKeys } from './secret-key.ts';
import { succeedsWithin, within } from './waiting.ts';

const closeLimitMs = 5000;

/**
 * Does something with the store, and closes it whatever happens.
 * @throws Refused when the store does not answer within the limit, or SYNCLINE_SECRET_KEY does not do
 */
export async function withStore<T>(
  installation: Installation,
  limitMs: number,
  use: (store: Store) => Promise<T>,
): Promise<T> {
  const { logger, lastProblem } = rememberingLogger();
  const secretKeys = readSecretKeys(installation);
  const store = connectStore({ uri: installation.mongodbUri, secretKeys, logger });
  try {
    // It waits for the store as long as it takes, and settles when stopped.
    if (!(await succeedsWithin(store.start(), limitMs)) || !store.ready().ready) {
      const address = addressOf(installation.mongodbUri);
      const reason = lastProblem();
      throw new Refused(
        `The store at ${address} does not answer${reason ? ` (${reason})` : ''}. Does ./syncline up run, and is MONGODB_URI right?`,
      );
    }
    return await use(store);
  } catch (error) {
    if (error instanceof SecretKeyProblem) throw new Refused(`${error.message}.`, 2);
    throw error;
  } finally {
    await within(store.stop(AbortSignal.timeout(closeLimitMs)), closeLimitMs);
  }
}

/** Does something with the broker, and closes the connection whatever happens. */
export async function withKafka<T>(
  installation: Installation,
  use: (kafka: Kafka) => Promise<T>,
): Promise<T> {
  const { kafkaBrokers: brokers, topicPrefix, kafkaSsl: ssl, kafkaSasl: sasl } = installation;
  const kafka = connectKafka({
    brokers,
    clientId: 'syncline-cli',
    topicPrefix,
    logger: rememberingLogger().logger,
    ssl,
    ...(sasl && { sasl }),
  });
  try {
    return await use(kafka);
  } finally {
    await within(kafka.close(), closeLimitMs);
  }
}

/** Prints nothing: a command says itself what went wrong, with the last problem that a driver had. */
function rememberingLogger(): { logger: Logger; lastProblem(): string | null } {
  let problem: string | null = null;
  const ignore = (): void => undefined;
  const remember = (message: string, { error }: LogFields = {}): void => {
    problem = error instanceof Error ? error.message : message;
  };
  const logger: Logger = {
    debug: ignore,
    info: ignore,
    warn: remember,
    error: remember,
    addSecrets: ignore,
    child: () => logger,
  };
  return { logger, lastProblem: () => problem };
}

/** The hosts of a store's address, without its user and password. */
function addressOf(uri: string): string {
  return /^mongodb(?:\+srv)?:\/\/(?:[^@/]*@)?([^/?]*)/.exec(uri)?.[1] ?? 'MONGODB_URI';
}

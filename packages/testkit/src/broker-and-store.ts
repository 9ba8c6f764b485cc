import { hasDocker, startContainers } from './docker.ts';
import { startEmbedded } from './embedded.ts';
import type { BrokerAndStore } from './shared-servers.ts';

/**
 * The broker and store that the environment names (`KAFKA_BROKERS`, `MONGODB_URI`); else containers where a Docker
 * engine answers; else the embedded ones. The integration project calls it once, before its first test.
 */
export async function startBrokerAndStore(): Promise<BrokerAndStore> {
  const { KAFKA_BROKERS, MONGODB_URI } = process.env;
  if (KAFKA_BROKERS && MONGODB_URI) {
    return { kafkaBrokers: KAFKA_BROKERS.split(','), mongodbUri: MONGODB_URI, stop: () => Promise.resolve() };
  }
  if (await hasDocker()) {
    try {
      return await startContainers();
    } catch (error) {
      process.stderr.write(
        `The containers could not be started (${String(error)}); the embedded broker and store are used.\n`,
      );
    }
  }
  return startEmbedded();
}

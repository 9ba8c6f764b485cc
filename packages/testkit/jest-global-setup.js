/** Starts one broker and one store for all integration tests of a run, unless the environment names real ones. */
export default async function globalSetup() {
  const { startBrokerAndStore, testSecretKey } = await import('@syncline/testkit').catch((error) => {
    throw new Error('The integration tests need a build: run tsc -b first.', { cause: error });
  });
  process.env.SYNCLINE_SECRET_KEY = testSecretKey.toString('base64');
  if (process.env.KAFKA_BROKERS && process.env.MONGODB_URI) return;
  const started = await startBrokerAndStore();
  process.env.KAFKA_BROKERS = started.kafkaBrokers.join(',');
  process.env.MONGODB_URI = started.mongodbUri;
  globalThis.synclineBrokerAndStore = started;
}

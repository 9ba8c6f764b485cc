import { connectKafka } from '@syncline/kafka';
import { connectStore } from '@syncline/store';
import { createLogger } from '@syncline/chassis';
import { uniquePlace } from './unique-place.ts';

const logger = createLogger({ service: 'test', level: 'error' });

describe('the broker and store of a test run', () => {
  it('give each test file topics and a database of its own', async () => {
    const [one, other] = [uniquePlace(), uniquePlace()];
    expect(one.topicPrefix).not.toBe(other.topicPrefix);
    expect(one.mongodbUri).not.toBe(other.mongodbUri);
  });

  it('take topics and documents', async () => {
    const { kafkaBrokers, mongodbUri, topicPrefix } = uniquePlace();
    const kafka = connectKafka({ brokers: kafkaBrokers, clientId: 'testkit', topicPrefix, logger });
    const store = connectStore({ uri: mongodbUri, logger });
    try {
      await Promise.all([kafka.ensureTopics(), store.start()]);
      expect(store.ready()).toEqual({ ready: true });
      expect(await store.config.revision()).toBe(0);
    } finally {
      await kafka.close();
      await store.stop(AbortSignal.timeout(5000));
    }
  }, 60_000);
});

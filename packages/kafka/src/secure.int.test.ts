import { createLogger, type KafkaTls, type Sasl } from '@syncline/chassis';
import { topics } from '@syncline/contract';
import { eventually, uniquePrefix } from '@syncline/testkit';
import { connectKafka, type Kafka } from './connect.ts';
import { broker as account, SecureBroker } from './testing/secure-broker.ts';

const never = new AbortController().signal;
const logger = createLogger({ service: 'test', level: 'error' });
const broker = new SecureBroker();
const opened: Kafka[] = [];

beforeAll(() => broker.start(), 120_000);
afterAll(async () => {
  for (const kafka of opened) await kafka.close();
  await broker.remove();
}, 30_000);

function kafkaAt(port: number, ssl: KafkaTls, sasl?: Sasl): Kafka {
  const brokers = [`127.0.0.1:${String(port)}`];
  const kafka = connectKafka({ brokers, clientId: 'test', topicPrefix: uniquePrefix(), logger, ssl, sasl });
  opened.push(kafka);
  return kafka;
}

/** Sends a message and waits until it has come. */
async function expectRoundTrip(kafka: Kafka): Promise<void> {
  await kafka.ensureTopics();
  const seen: string[] = [];
  const consumer = kafka.consumer({
    groupId: 'secure',
    topics: [topics.syncOutcomes],
    order: 'arrival',
    maxInFlight: 10,
    handle: ({ value }) => Promise.resolve(void seen.push(String(value))),
  });
  const producer = kafka.producer();
  await Promise.all([producer.start(), consumer.start()]);
  await producer.publish([{ topic: topics.syncOutcomes, key: 'a', value: 'over TLS' }]);
  await eventually(() => seen.includes('over TLS'), { withinMs: 30_000 });
  for (const part of [consumer, producer]) await part.stop(never);
}

describe('a broker behind TLS', () => {
  const ca = broker.authority.ca.cert;

  it('is used with a user and a password (SASL_SSL, PLAIN)', async () => {
    await expectRoundTrip(kafkaAt(broker.saslPort, { ca }, { mechanism: 'plain', ...account }));
  }, 60_000);

  it('is used with a certificate of the client (SSL)', async () => {
    const { cert, key } = broker.authority.sign('client', 'DNS:client');
    await expectRoundTrip(kafkaAt(broker.certificatePort, { ca, cert, key }));
  }, 60_000);
});

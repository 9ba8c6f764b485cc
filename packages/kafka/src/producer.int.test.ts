import { maxMessageBytes } from '@syncline/contract';
import { eventually } from '@syncline/testkit';
import { MessageTooLarge, type Received } from './index.ts';
import { Place } from './testing/place.ts';

const { jest } = import.meta;
jest.setTimeout(60_000);

describe('a producer', () => {
  let place: Place;

  beforeEach(async () => {
    place = new Place();
    await place.kafka.ensureTopics();
  });
  afterEach(() => place.stop());

  it('has on the topic exactly what it acknowledged, in the order of each key', async () => {
    const producer = await place.producer();
    const handled: Received[] = [];
    await place.consumer({ handle: async (message) => void handled.push(message) });
    const count = 4_000;
    let acknowledged = 0;
    const publish = async (index: number): Promise<void> => {
      await producer.publish([{ topic: 'crm.events', key: `k${index % 97}`, value: String(index) }]);
      acknowledged += 1;
    };
    const sent: Promise<void>[] = [];
    for (let index = 0; index < count; index += 1) {
      sent.push(publish(index));
      // Bursts of odd sizes, so that groups of all sizes leave.
      if (index % 61 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(sent);
    await eventually(() => handled.length >= count, { withinMs: 20_000 });
    const lags = await place.kafka.lag([]);
    expect(lags).toEqual([]);
    expect([acknowledged, handled.length]).toEqual([count, count]);
    for (let key = 0; key < 97; key += 1) {
      const order = handled.filter((message) => message.key === `k${key}`).map(({ value }) => Number(value));
      expect(order).toEqual([...order].sort((a, b) => a - b));
    }
  });

  it('spreads messages without a key and keeps all of them', async () => {
    const producer = await place.producer();
    const handled: Received[] = [];
    await place.consumer({ handle: async (message) => void handled.push(message) });
    await producer.publish(
      Array.from({ length: 200 }, (_, index) => ({
        topic: 'crm.events' as const,
        key: null,
        value: String(index),
      })),
    );
    await eventually(() => handled.length === 200);
    expect(new Set(handled.map(({ partition }) => partition)).size).toBeGreaterThan(3);
    expect(new Set(handled.map(({ value }) => value?.toString())).size).toBe(200);
  });

  it('takes a message of the full size, and refuses a larger one before it sends anything', async () => {
    const producer = await place.producer();
    const handled: Received[] = [];
    await place.consumer({ handle: async (message) => void handled.push(message) });
    const tooLarge = { topic: 'crm.events' as const, key: 'k', value: 'x'.repeat(maxMessageBytes) };
    const other = { topic: 'crm.events' as const, key: 'k', value: 'small' };
    await expect(producer.publish([other, tooLarge])).rejects.toThrow(MessageTooLarge);
    await producer.publish([{ ...tooLarge, value: 'x'.repeat(maxMessageBytes - 1) }, other]);
    await eventually(() => handled.length === 2, { withinMs: 20_000 });
    expect(handled.map(({ value }) => value?.length)).toEqual([maxMessageBytes - 1, 5]);
  });

  it('lets only the message fail that the broker refuses, and goes on', async () => {
    const producer = await place.producer();
    const handled: string[] = [];
    await place.consumer({ handle: async ({ value }) => void handled.push(value?.toString() ?? '') });
    // The broker refuses a topic's message over the topic's own limit; ours are all alike, so this one has a topic
    // that is not ours.
    const publish = (value: string, topic = 'crm.events'): Promise<string> =>
      producer.publish([{ topic: topic as 'crm.events', key: value, value }]).then(
        () => 'taken',
        (error: unknown) => (error as Error).name,
      );
    const small = await smallTopic(place);
    const results = await Promise.all([publish('a'), publish('x'.repeat(5_000), small), publish('b')]);
    expect(results).toEqual(['taken', 'PublishFailed', 'taken']);
    await expect(publish('c')).resolves.toBe('taken');
    await eventually(() => new Set(handled).size === 3);
    expect(producer.ready()).toEqual({ ready: true });
  });

  it('sends the same key of every topic to the same partition number', async () => {
    const producer = await place.producer();
    const handled: Received[] = [];
    await place.consumer({
      topics: ['crm.events', 'erp.records'],
      handle: async (message) => void handled.push(message),
    });
    const keys = Array.from({ length: 50 }, (_, index) => `81138/AccountObj/${index}`);
    await producer.publish(
      keys.flatMap((key) => [
        { topic: 'crm.events' as const, key, value: '' },
        { topic: 'erp.records' as const, key, value: '' },
      ]),
    );
    await eventually(() => handled.length === 100);
    for (const key of keys) {
      expect(new Set(handled.filter((m) => m.key === key).map(({ partition }) => partition)).size).toBe(1);
    }
  });
});

/** A topic that takes 1 KiB at most; its name without the prefix. */
async function smallTopic(place: Place): Promise<string> {
  const admin = await place.admin();
  const topic = `${place.topicPrefix}small`;
  await admin.createTopics({
    topics: [{ topic, numPartitions: 1, configEntries: [{ name: 'max.message.bytes', value: '1024' }] }],
    waitForLeaders: false,
  });
  await eventually(() => admin.fetchTopicMetadata({ topics: [topic] }));
  return 'small';
}

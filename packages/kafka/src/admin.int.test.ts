import { maxMessageBytes, topicPartitions, topics } from '@syncline/contract';
import { eventually } from '@syncline/testkit';
import kafkajs from 'kafkajs';
import { Place } from './testing/place.ts';

const { jest } = import.meta;
jest.setTimeout(60_000);

describe('topics and lag', () => {
  let place: Place;

  beforeEach(() => {
    place = new Place();
  });
  afterEach(() => place.stop());

  it('creates every topic with its partitions and size, also when several processes do it at once', async () => {
    await Promise.all([place.kafka, place.connect(), place.connect()].map((kafka) => kafka.ensureTopics()));
    await place.kafka.ensureTopics();
    const admin = await place.admin();
    const names = Object.values(topics).map((topic) => place.topicPrefix + topic);
    const { topics: found } = await admin.fetchTopicMetadata({ topics: names });
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: names.map((name) => ({
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name,
        configNames: ['max.message.bytes'],
      })),
    });
    expect(found.map(({ partitions }) => partitions.length)).toEqual(names.map(() => topicPartitions));
    for (const { configEntries } of resources) {
      expect(Number(configEntries[0]?.configValue)).toBeGreaterThan(maxMessageBytes);
    }
    expect(place.log).toEqual([]);
  });

  it('says how far a group is behind, also before it has committed anything', async () => {
    await place.kafka.ensureTopics();
    const producer = await place.producer();
    const groupId = place.group();
    await producer.publish(
      [1, 2, 3].map((n) => ({ topic: 'erp.writes' as const, key: 'k', value: String(n) })),
    );
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await place.consumer({ groupId, topics: ['erp.writes'], handle: () => released });
    const before = await place.kafka.lag([groupId]);
    expect(before).toHaveLength(topicPartitions);
    expect(before.filter(({ lag }) => lag > 0)).toEqual([
      {
        groupId,
        topic: 'erp.writes',
        partition: before.find(({ lag }) => lag > 0)?.partition,
        committed: null,
        end: 3,
        lag: 3,
      },
    ]);
    release();
    await eventually(async () => {
      const behind = (await place.kafka.lag([groupId])).find(({ end }) => end === 3);
      expect(behind).toMatchObject({ committed: 3, lag: 0 });
    });
  });

  it('counts a group of which a member is joining, whose members the broker does not describe meanwhile', async () => {
    await place.kafka.ensureTopics();
    const groupId = place.group();
    const admin = await place.admin();
    const busy = await place.bareConsumer(groupId, 'erp.writes');
    const joined = new Promise((resolve) => busy.on(busy.events.GROUP_JOIN, resolve));
    const handled = Promise.withResolvers<undefined>();
    const started = Promise.withResolvers<undefined>();
    await busy.run({
      eachMessage: () => {
        started.resolve(undefined);
        return handled.promise;
      },
    });
    await joined;
    const producer = await place.producer();
    await producer.publish([{ topic: 'erp.writes', key: 'k', value: '1' }]);
    await started.promise;
    const joining = await place.bareConsumer(groupId, 'erp.writes');
    const running = joining.run({ eachMessage: () => Promise.resolve() });
    try {
      await eventually(async () => {
        const { groups } = await admin.describeGroups([place.topicPrefix + groupId]);
        expect(groups[0]?.state).toBe('PreparingRebalance');
      });
      await expect(place.kafka.lag([groupId])).resolves.toEqual([]);
    } finally {
      handled.resolve(undefined); // a busy consumer cannot be disconnected
    }
    await running;
    await eventually(async () => {
      const lags = await place.kafka.lag([groupId]);
      expect(lags).toHaveLength(topicPartitions);
    });
  });

  it('knows nothing of a group that never was', async () => {
    await expect(place.kafka.lag([place.group()])).resolves.toEqual([]);
  });
});

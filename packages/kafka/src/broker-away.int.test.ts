import { eventually, uniquePrefix } from '@syncline/testkit';
import type { Consumer, Producer } from './index.ts';
import { OwnBroker } from './testing/own-broker.ts';
import { Place } from './testing/place.ts';

const { jest } = import.meta;
jest.setTimeout(240_000);

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Publishes numbered messages until told to stop, each again until it is acknowledged. */
function loadOn(producer: Producer): { acknowledged: Set<string>; stop(): Promise<void> } {
  const acknowledged = new Set<string>();
  const stopping = new AbortController();
  let next = 0;
  const publish = async (value: string): Promise<void> => {
    const message = { topic: 'crm.events' as const, key: `k${Number(value) % 50}`, value };
    await eventually(() => producer.publish([message]), { withinMs: 120_000 });
    acknowledged.add(value);
  };
  const open: Promise<void>[] = [];
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      for (let index = 0; index < 5; index += 1) open.push(publish(String(next++)));
      await after(25);
    }
    await Promise.all(open);
  })();
  return {
    acknowledged,
    stop: () => {
      stopping.abort();
      return loop;
    },
  };
}

describe('when the broker goes away', () => {
  const broker = new OwnBroker();
  let place: Place;
  let consumers: Consumer[];
  const handled = new Set<string>();
  let groupId: string;

  beforeAll(() => broker.start());
  afterAll(() => broker.remove());

  beforeEach(async () => {
    handled.clear();
    place = new Place({ kafkaBrokers: [broker.address], topicPrefix: uniquePrefix() });
    await place.kafka.ensureTopics();
    groupId = place.group();
    const handle = async ({ value }: { value: Buffer | null }): Promise<void> => {
      await after(3);
      handled.add(value?.toString() ?? '');
    };
    consumers = [await place.consumer({ groupId, handle }), await place.consumer({ groupId, handle })];
  });
  afterEach(() => place.stop());

  it('makes a producer ready that had started without it and has nothing to publish', async () => {
    await broker.stop('SIGKILL');
    const producer = await place.producer();
    expect(producer.ready().ready).toBe(false);
    await broker.start();
    await eventually(() => producer.ready().ready, { withinMs: 90_000 });
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('loses nothing over restarts by %s under load', async (signal) => {
    const producer = await place.producer();
    const load = loadOn(producer);
    for (let restart = 0; restart < 2; restart += 1) {
      const before = handled.size;
      await eventually(() => handled.size > before + 100, { withinMs: 30_000 });
      await broker.stop(signal);
      await broker.start();
      const upAt = Date.now();
      const acknowledged = load.acknowledged.size;
      await eventually(() => load.acknowledged.size > acknowledged + 50, { withinMs: 30_000 });
      await eventually(() => consumers.every((consumer) => consumer.ready().ready), { withinMs: 30_000 });
      expect(Date.now() - upAt).toBeLessThan(30_000);
    }
    await load.stop();
    await place.caughtUp(groupId, 60_000);
    expect([...load.acknowledged].filter((value) => !handled.has(value))).toEqual([]);
  });

  it('rejects publishers after half a minute and goes on by itself when the broker is back', async () => {
    const producer = await place.producer();
    await producer.publish([{ topic: 'crm.events', key: 'k', value: 'before' }]);
    await eventually(() => handled.has('before'));
    await broker.stop('SIGTERM');
    const awayAt = Date.now();
    const refused = producer.publish([{ topic: 'crm.events', key: 'k', value: 'lost' }]);
    await expect(refused).rejects.toThrow('Kafka did not take');
    expect(Date.now() - awayAt).toBeLessThan(45_000);
    expect(producer.ready()).toMatchObject({ ready: false });
    await eventually(() => consumers.every((consumer) => !consumer.ready().ready), { withinMs: 60_000 });
    await broker.start();
    await eventually(() => producer.publish([{ topic: 'crm.events', key: 'k', value: 'after' }]), {
      withinMs: 60_000,
    });
    await eventually(() => handled.has('after'), { withinMs: 30_000 });
    expect(producer.ready()).toEqual({ ready: true });
    expect(consumers.map((consumer) => consumer.ready().ready)).toEqual([true, true]);
  });
});

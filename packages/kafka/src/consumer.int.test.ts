import { UnreadableMessage } from '@syncline/contract';
import { eventually } from '@syncline/testkit';
import type { Received } from './index.ts';
import { Place } from './testing/place.ts';

const { jest } = import.meta;
jest.setTimeout(60_000);

const noWork = (): Promise<void> => Promise.resolve();
const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('a consumer', () => {
  let place: Place;

  beforeEach(async () => {
    place = new Place();
    await place.kafka.ensureTopics();
  });
  afterEach(() => place.stop());

  it('handles different keys side by side and one key in order', async () => {
    const producer = await place.producer();
    const count = 600;
    const handled: Received[] = [];
    const running = new Set<string>();
    let most = 0;
    const overlaps: string[] = [];
    const groupId = place.group();
    await place.consumer({
      groupId,
      topics: ['crm.events', 'erp.records'],
      handle: async (message) => {
        const lane = `${message.topic} ${message.key}`;
        if (running.has(lane)) overlaps.push(lane);
        running.add(lane);
        most = Math.max(most, running.size);
        await after(Math.random() * 10);
        running.delete(lane);
        handled.push(message);
      },
    });
    const messages = Array.from({ length: count }, (_, index) => ({
      topic: index % 2 === 0 ? ('crm.events' as const) : ('erp.records' as const),
      key: `81138/AccountObj/${index % 40}`,
      value: String(index),
    }));
    await producer.publish(messages);
    await eventually(() => handled.length === count, { withinMs: 30_000 });
    expect(overlaps).toEqual([]);
    expect(most).toBeGreaterThan(10);
    for (const key of new Set(messages.map((message) => message.key))) {
      const order = handled.filter((message) => message.key === key).map((message) => Number(message.value));
      expect(order).toEqual([...order].sort((a, b) => a - b));
    }
    await place.caughtUp(groupId);
  });

  it('hands over key, value, headers and the null value as they were sent', async () => {
    const producer = await place.producer();
    const handled: Received[] = [];
    await place.consumer({ handle: async (message) => void handled.push(message) });
    const value = Buffer.from([0, 255, 128]);
    await producer.publish([{ topic: 'crm.events', key: 'k', value, headers: { traceparent: '00-1' } }]);
    await eventually(() => handled.length === 1);
    expect(handled[0]).toMatchObject({
      topic: 'crm.events',
      key: 'k',
      value,
      headers: { traceparent: '00-1' },
      offset: 0,
    });
    expect(Math.abs(Date.now() - (handled[0]?.timestamp ?? 0))).toBeLessThan(60_000);
  });

  it('puts what cannot be read into the dead letters, byte for byte, and goes on', async () => {
    const producer = await place.producer();
    const letters: Received[] = [];
    const read: string[] = [];
    const groupId = place.group();
    await place.consumer({
      groupId,
      handle: async ({ value }) => {
        const text = value?.toString('latin1') ?? '';
        if (text !== 'fine') throw new UnreadableMessage('the value is not JSON');
        read.push(text);
      },
    });
    await place.consumer({
      topics: ['sync.dead-letters'],
      handle: async (message) => void letters.push(message),
    });
    const bytes = Buffer.from([0xff, 0x00, 0x7b]);
    await producer.publish([
      { topic: 'crm.events', key: 'k', value: bytes, headers: { traceparent: '00-2' } },
      { topic: 'crm.events', key: 'k', value: 'fine' },
    ]);
    await eventually(() => letters.length === 1 && read.length === 1);
    expect(letters[0]).toMatchObject({
      key: 'k',
      value: bytes,
      headers: { reason: 'the value is not JSON', topic: 'crm.events', offset: '0', traceparent: '00-2' },
    });
    expect(letters[0]?.headers['partition']).toMatch(/^\d+$/);
    await place.caughtUp(groupId);
  });

  it('keeps a null value null, for the handler and for the dead letters', async () => {
    const letters: Received[] = [];
    await place.consumer({
      topics: ['sync.dead-letters'],
      handle: async (message) => void letters.push(message),
    });
    const values: unknown[] = [];
    await place.consumer({
      handle: async ({ value }) => {
        values.push(value);
        throw new UnreadableMessage('the value is null');
      },
    });
    // Typed callers cannot send one; other systems can.
    const producer = (await place.producer()) as unknown as { publish(messages: unknown[]): Promise<void> };
    await producer.publish([{ topic: 'crm.events', key: 'k', value: null }]);
    await eventually(() => letters.length === 1);
    expect([values, letters[0]?.value, letters[0]?.headers['reason']]).toEqual([
      [null],
      null,
      'the value is null',
    ]);
  });

  it('hands a message over again when the handler fails, before the next of its key', async () => {
    const producer = await place.producer();
    const calls: string[] = [];
    await place.consumer({
      handle: async ({ value }) => {
        const text = value?.toString() ?? '';
        calls.push(text);
        if (calls.length < 3) throw new Error('store away');
      },
    });
    await producer.publish(['1', '2'].map((value) => ({ topic: 'crm.events' as const, key: 'k', value })));
    await eventually(() => calls.length === 4);
    expect(calls).toEqual(['1', '1', '1', '2']);
  });

  it('stays in the group while one message takes longer than the session time-out', async () => {
    const producer = await place.producer();
    const groupId = place.group();
    const done: string[] = [];
    let begun = 0;
    await place.consumer({
      groupId,
      sessionTimeoutMs: 6_000,
      handle: async ({ value }) => {
        begun += 1;
        if (value?.toString() === 'slow') await after(9_000);
        done.push(value?.toString() ?? '');
      },
    });
    await producer.publish([{ topic: 'crm.events', key: 'slow', value: 'slow' }]);
    await eventually(() => begun === 1);
    // Others pass it meanwhile, on the same partition, too.
    await producer.publish(
      Array.from({ length: 100 }, (_, index) => ({
        topic: 'crm.events' as const,
        key: `k${index}`,
        value: 'fast',
      })),
    );
    await eventually(() => done.length === 100);
    expect(done).not.toContain('slow');
    await eventually(() => done.length === 101, { withinMs: 15_000 });
    await place.caughtUp(groupId);
    expect(begun).toBe(101);
    expect(place.log.join('')).not.toContain('begins anew');
  });

  it('stops with what runs finished, what waits left to others, and the group left at once', async () => {
    const producer = await place.producer();
    const groupId = place.group();
    const first: string[] = [];
    let begun = 0;
    const consumer = await place.consumer({
      groupId,
      maxInFlight: 2,
      handle: async ({ value }) => {
        begun += 1;
        await after(300);
        first.push(value?.toString() ?? '');
      },
    });
    const sent = Array.from({ length: 20 }, (_, index) => String(index));
    await producer.publish(sent.map((value) => ({ topic: 'crm.events', key: value, value })));
    await eventually(() => begun >= 2);
    await consumer.stop(AbortSignal.timeout(5_000));
    expect(first).toHaveLength(begun);
    expect(consumer.ready().ready).toBe(false);
    const second: string[] = [];
    const joinedAt = Date.now();
    await place.consumer({ groupId, handle: async ({ value }) => void second.push(value?.toString() ?? '') });
    expect(Date.now() - joinedAt).toBeLessThan(4_000);
    await place.caughtUp(groupId);
    expect(second).not.toEqual(expect.arrayContaining(first.slice(0, 1)));
    expect(new Set([...first, ...second])).toEqual(new Set(sent));
  });

  it('tells handlers that are too slow for a stop to give up, and does not count them as done', async () => {
    const producer = await place.producer();
    const groupId = place.group();
    let gaveUp = 0;
    let begun = 0;
    const consumer = await place.consumer({
      groupId,
      handle: (_message, signal) => {
        begun += 1;
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            gaveUp += 1;
            reject(new Error('stopped'));
          });
        });
      },
    });
    await producer.publish([{ topic: 'crm.events', key: 'k', value: '1' }]);
    await eventually(() => begun === 1);
    await consumer.stop(AbortSignal.timeout(100));
    expect([begun, gaveUp]).toEqual([1, 1]);
    const again: Received[] = [];
    await place.consumer({ groupId, handle: async (message) => void again.push(message) });
    await eventually(() => again.length === 1);
  });

  it('calls the handler in the order of arrival and without waiting, where it is asked to', async () => {
    const producer = await place.producer();
    const started: number[] = [];
    const ends: (() => void)[] = [];
    const groupId = place.group();
    await place.consumer({
      groupId,
      order: 'arrival',
      maxInFlight: 100,
      handle: ({ value }) => {
        started.push(Number(value));
        return new Promise((resolve) => ends.push(resolve));
      },
    });
    await producer.publish(
      Array.from({ length: 30 }, (_, index) => ({
        topic: 'crm.events' as const,
        key: 'one',
        value: String(index),
      })),
    );
    await eventually(() => started.length === 30);
    expect(started).toEqual([...started].sort((a, b) => a - b));
    ends.forEach((end) => end());
    await place.caughtUp(groupId);
  });

  it('takes no more than it may while handlers are slow, and all of it in the end', async () => {
    const producer = await place.producer();
    const groupId = place.group();
    let running = 0;
    let most = 0;
    let done = 0;
    await place.consumer({
      groupId,
      maxInFlight: 8,
      handle: async () => {
        running += 1;
        most = Math.max(most, running);
        await after(2);
        running -= 1;
        done += 1;
      },
    });
    const all = Array.from({ length: 3_000 }, (_, index) => ({
      topic: 'crm.events' as const,
      key: `k${index % 200}`,
      value: 'x'.repeat(500),
    }));
    await producer.publish(all);
    await eventually(() => done === all.length, { withinMs: 30_000 });
    expect(most).toBe(8);
    await place.caughtUp(groupId);
  });

  it('goes on with the oldest message there is when the next one was deleted', async () => {
    const producer = await place.producer();
    const groupId = place.group();
    const handled: string[] = [];
    const handle = async ({ value }: Received): Promise<void> => void handled.push(value?.toString() ?? '');
    const publish = (values: string[]): Promise<void> =>
      producer.publish(values.map((value) => ({ topic: 'crm.events', key: 'k', value })));
    const consumer = await place.consumer({ groupId, handle });
    await publish(['1', '2']);
    await eventually(() => handled.length === 2);
    await consumer.stop(AbortSignal.timeout(2_000));
    await publish(['3', '4', '5']);
    const admin = await place.admin();
    const topic = `${place.topicPrefix}crm.events`;
    const partition = (await admin.fetchTopicOffsets(topic)).find(({ high }) => high === '5')?.partition ?? 0;
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: '4' }] });
    await place.consumer({ groupId, handle });
    await eventually(() => handled.length === 3, { withinMs: 20_000 });
    expect(handled).toEqual(['1', '2', '5']);
    await place.caughtUp(groupId);
  });

  it('is not ready before it could join, and joins by itself once its topics are there', async () => {
    const other = new Place();
    const consumer = await other.consumer({ handle: noWork });
    expect(consumer.ready()).toMatchObject({ ready: false });
    await other.kafka.ensureTopics();
    await eventually(() => consumer.ready().ready, { withinMs: 20_000 });
    await other.stop();
  });
});

import { aStore, type TestStore } from './a-store.fixture.ts';
import type { DeadLetter } from './dead-letters.ts';

let test: TestStore;
beforeAll(async () => {
  test = await aStore();
});
afterAll(() => test.close());

const aLetter = (offset: number, over: Partial<DeadLetter> = {}): DeadLetter => ({
  topic: 'crm.events',
  partition: 3,
  offset,
  key: null,
  value: Buffer.from([0xff, 0x00]),
  headers: { 'a.b': '$x' },
  reason: 'the value is not JSON',
  at: offset,
  ...over,
});

describe('deadLetters', () => {
  it('keeps each message once and lists them newest first', async () => {
    const { deadLetters } = test.store;
    await deadLetters.add([aLetter(1), aLetter(2, { value: null, topic: 'erp.records', key: 'k' })]);
    await deadLetters.add([aLetter(1)]);
    expect(await deadLetters.count()).toBe(2);
    const first = await deadLetters.list({ limit: 1 });
    expect(first.items).toMatchObject([aLetter(2, { value: null, topic: 'erp.records', key: 'k' })]);
    const second = await deadLetters.list({ after: first.next, limit: 1 });
    expect(second).toMatchObject({ items: [aLetter(1)], next: null });
    expect((await deadLetters.list({ topic: 'erp.records', limit: 9 })).items).toHaveLength(1);
    expect(await deadLetters.removeOlderThan(2, 9)).toBe(1);
  });
});

describe('instances', () => {
  it('counts who has been heard of lately', async () => {
    const { instances } = test.store;
    await instances.beat({ service: 'pusher', id: 'a', at: 1000 });
    await instances.beat({ service: 'pusher', id: 'b', at: 2000 });
    await instances.beat({ service: 'pusher', id: 'b', at: 2500 });
    await instances.beat({ service: 'mapping', id: 'a', at: 2500 });
    expect(await instances.alive('pusher', 1000)).toBe(2);
    expect(await instances.alive('pusher', 1500)).toBe(1);
    await instances.leave({ service: 'pusher', id: 'b' });
    expect(await instances.alive('pusher', 0)).toBe(1);
  });
});

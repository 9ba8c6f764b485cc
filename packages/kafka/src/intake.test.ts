import { Writable } from 'node:stream';
import { createLogger } from '@syncline/chassis';
import type { Topic } from '@syncline/contract';
import fc from 'fast-check';
import { Intake } from './intake.ts';
import type { Received } from './received.ts';
import type { FetchedBatch, Session, TopicPartition } from './session.ts';

const logger = createLogger({
  service: 'test',
  level: 'error',
  stream: new Writable({ write: (_chunk, _encoding, done) => done() }),
});
const topic: Topic = 'crm.events';
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A broker, a client and a handler in one: what is fetched, handled and committed happens when the test says so. */
class Simulation {
  readonly handled: Received[] = [];
  readonly running: { message: Received; end(error?: Error): void }[] = [];
  readonly committed = new Map<number, number>();
  readonly paused = new Set<number>();
  readonly violations: string[] = [];
  private readonly positions = new Map<number, number>();
  private readonly finished = new Map<number, Set<number>>();
  private readonly logs: string[][];
  private owned: number[] = [];
  private memberId = 'm1';
  readonly intake: Intake;
  readonly session: Session;

  constructor(logs: string[][], order: 'key' | 'arrival' = 'key', maxInFlight = 3) {
    this.logs = logs;
    this.intake = new Intake({
      topics: [topic],
      fullName: (name) => `p.${name}`,
      order,
      maxInFlight,
      handle: (message) => this.handle(message),
      bury: () => Promise.resolve(),
      logger,
      onFinished: () => undefined,
      onFailure: () => undefined,
      signal: new AbortController().signal,
    });
    this.session = {
      commit: () => Promise.resolve(),
      seek: ({ partition, offset }) => void this.positions.set(partition, offset),
      pause: ({ partition }: TopicPartition) => void this.paused.add(partition),
      resume: ({ partition }: TopicPartition) => void this.paused.delete(partition),
      close: () => Promise.resolve(),
    };
  }

  /** @param kicked the member was thrown out and comes back under another name */
  assign(partitions: number[], kicked = false): void {
    if (kicked) this.memberId += 'x';
    for (const partition of partitions) this.positions.set(partition, this.committed.get(partition) ?? 0);
    this.owned = partitions;
    this.intake.assign(this.session, {
      memberId: this.memberId,
      partitions: new Map([[`p.${topic}`, partitions]]),
    });
  }

  async fetch(partition: number, count: number): Promise<void> {
    if (!this.owned.includes(partition) || this.paused.has(partition)) return;
    const from = this.positions.get(partition) ?? 0;
    const keys = (this.logs[partition] ?? []).slice(from, from + count);
    if (keys.length === 0) return;
    const messages = keys.map((key, index) => kafkaMessage(from + index, key));
    const taken = (offset: number): void => void this.positions.set(partition, offset + 1);
    const batch: FetchedBatch = { topic: `p.${topic}`, partition, messages, taken };
    await this.intake.take(this.session, batch);
  }

  async end(index: number, error?: Error): Promise<void> {
    const [run] = this.running.splice(index % Math.max(1, this.running.length), 1);
    run?.end(error);
    await settle();
  }

  commit(): void {
    for (const { partition, offset, work } of this.intake.commits()) {
      const finished = this.finished.get(partition) ?? new Set();
      for (let below = this.committed.get(partition) ?? 0; below < offset; below += 1) {
        if (!finished.has(below)) this.violations.push(`committed ${partition}/${below} unfinished`);
      }
      this.committed.set(partition, offset);
      work.committed = offset;
    }
  }

  get isDone(): boolean {
    return this.logs.every((log, partition) => (this.committed.get(partition) ?? 0) >= log.length);
  }

  private async handle(message: Received): Promise<void> {
    this.handled.push(message);
    if (this.running.some((run) => run.message.key === message.key))
      this.violations.push(`two of ${message.key}`);
    await new Promise<void>((resolve, reject) => {
      this.running.push({ message, end: (error) => (error ? reject(error) : resolve()) });
    });
    const finished = this.finished.get(message.partition) ?? new Set();
    this.finished.set(message.partition, finished.add(message.offset));
  }
}

function kafkaMessage(offset: number, key: string): FetchedBatch['messages'][number] {
  return {
    key: Buffer.from(key),
    value: Buffer.from(''),
    timestamp: '0',
    attributes: 0,
    offset: String(offset),
    headers: {},
  };
}

const offsetsOf = (messages: Received[]): number[] => messages.map(({ offset }) => offset);

describe('the intake', () => {
  it('goes on after a rebalance with what it holds of a partition that stays', async () => {
    const simulation = new Simulation([['a', 'b', 'c', 'd']]);
    simulation.assign([0]);
    await simulation.fetch(0, 3);
    simulation.assign([0]);
    await simulation.fetch(0, 10);
    while (simulation.running.length > 0) await simulation.end(0);
    expect(offsetsOf(simulation.handled)).toEqual([0, 1, 2, 3]);
    simulation.commit();
    expect(simulation.committed.get(0)).toBe(4);
  });

  it('drops what has not started of a partition that goes, and commits nothing of it', async () => {
    const simulation = new Simulation([['a', 'a', 'a']]);
    simulation.assign([0]);
    await simulation.fetch(0, 3);
    simulation.assign([]);
    await simulation.end(0);
    expect(offsetsOf(simulation.handled)).toEqual([0]);
    simulation.commit();
    expect(simulation.committed.size).toBe(0);
  });

  it('begins a message that came back only when the old run of its key is over', async () => {
    const simulation = new Simulation([['a', 'b']]);
    simulation.assign([0]);
    await simulation.fetch(0, 1);
    simulation.assign([]);
    simulation.assign([0]);
    await simulation.fetch(0, 2);
    expect(offsetsOf(simulation.handled)).toEqual([0, 1]);
    await simulation.end(0);
    expect(offsetsOf(simulation.handled)).toEqual([0, 1, 0]);
    expect(simulation.violations).toEqual([]);
  });

  it('takes a member that comes back under another name for one that lost everything', async () => {
    const simulation = new Simulation([['a', 'b']]);
    simulation.assign([0]);
    await simulation.fetch(0, 1);
    simulation.assign([0], true);
    await simulation.end(0);
    simulation.commit();
    expect(simulation.committed.size).toBe(0);
  });

  it('handles again what lies below when the log of a partition begins anew', async () => {
    const simulation = new Simulation([['a', 'b']]);
    simulation.assign([0]);
    await simulation.fetch(0, 2);
    await simulation.end(0);
    await simulation.end(0);
    simulation.session.seek({ topic: `p.${topic}`, partition: 0, offset: 0 });
    await simulation.fetch(0, 2);
    expect(offsetsOf(simulation.handled)).toEqual([0, 1, 0, 1]);
  });

  it('pauses a partition that is full and no other, and goes on with it when half is done', async () => {
    const simulation = new Simulation([Array.from({ length: 500 }, () => 'hot'), ['cold']]);
    simulation.assign([0, 1]);
    await simulation.fetch(0, 500);
    expect(simulation.paused).toEqual(new Set([0]));
    await simulation.fetch(1, 10);
    expect(simulation.running.map(({ message }) => message.key)).toEqual(['hot', 'cold']);
    await simulation.end(1);
    while (simulation.paused.size > 0) await simulation.end(0);
    expect(simulation.intake.held).toBeGreaterThan(50);
  });

  it('lets a pause end with the loss of the partition', async () => {
    const simulation = new Simulation([Array.from({ length: 500 }, () => 'hot')]);
    simulation.assign([0]);
    await simulation.fetch(0, 500);
    simulation.assign([]);
    expect(simulation.paused.size).toBe(0);
  });

  it('takes nothing more once it was told to stop, and commits what then ends', async () => {
    const simulation = new Simulation([['a', 'a', 'b']]);
    simulation.assign([0]);
    await simulation.fetch(0, 2);
    simulation.intake.stop();
    await simulation.fetch(0, 3);
    await simulation.end(0);
    await simulation.intake.idle();
    simulation.commit();
    expect([offsetsOf(simulation.handled), simulation.committed.get(0)]).toEqual([[0], 1]);
  });

  it('calls the handler in the order of arrival without waiting, and stops taking while one fails', async () => {
    const simulation = new Simulation([['a', 'a', 'b', 'a']], 'arrival', 10);
    simulation.assign([0]);
    await simulation.fetch(0, 3);
    expect(offsetsOf(simulation.handled)).toEqual([0, 1, 2]);
    await simulation.end(0, new Error('store away'));
    await simulation.fetch(0, 3);
    expect(offsetsOf(simulation.handled)).toEqual([0, 1, 2]);
    expect(simulation.paused).toEqual(new Set([0]));
  });

  it('keeps its promises through any mix of fetches, ends, commits and rebalances', async () => {
    const log = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ fetch: fc.nat(2), count: fc.integer({ min: 1, max: 5 }) }) },
      { weight: 6, arbitrary: fc.record({ end: fc.nat(20) }) },
      { weight: 2, arbitrary: fc.record({ commit: fc.constant(true) }) },
      { weight: 2, arbitrary: fc.record({ assign: fc.subarray([0, 1, 2]), kicked: fc.boolean() }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.tuple(log, log, log), fc.array(step, { maxLength: 60 }), async (logs, steps) => {
        // Keys never span partitions, as with any partitioner.
        const named = logs.map((keys, partition) => keys.map((key) => `${key}${partition}`));
        const simulation = new Simulation(named);
        simulation.assign([0, 1, 2]);
        for (const one of steps) {
          if ('fetch' in one) await simulation.fetch(one.fetch, one.count);
          else if ('end' in one) await simulation.end(one.end);
          else if ('commit' in one) simulation.commit();
          else simulation.assign(one.assign, one.kicked);
        }
        simulation.assign([0, 1, 2]);
        for (let round = 0; round < 100 && !simulation.isDone; round += 1) {
          for (const partition of [0, 1, 2]) await simulation.fetch(partition, 5);
          await simulation.end(0);
          simulation.commit();
        }
        expect(simulation.violations).toEqual([]);
        expect(simulation.isDone).toBe(true);
        for (const key of new Set(named.flat())) expectRepeatsOnly(simulation.handled, key);
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});

/** Within one key an offset may come again, together with what follows it; none is passed over the first time. */
function expectRepeatsOnly(handled: Received[], key: string): void {
  let highest = -1;
  const seen = offsetsOf(handled.filter((message) => message.key === key));
  const all = [...new Set(seen)].sort((a, b) => a - b);
  for (const offset of seen) {
    if (offset <= highest) continue;
    expect(offset).toBe(all[all.indexOf(highest) + 1]);
    highest = offset;
  }
}

it('hands over what goes first before the backlog of the other topics', async () => {
  const handled: string[] = [];
  const ends: (() => void)[] = [];
  const intake = new Intake({
    topics: ['crm.events', 'crm.write-results'],
    first: ['crm.write-results'],
    fullName: (name) => name,
    order: 'arrival',
    maxInFlight: 1,
    handle: (message) => {
      handled.push(`${message.topic} ${String(message.offset)}`);
      return new Promise((resolve) => ends.push(resolve));
    },
    bury: () => Promise.resolve(),
    logger,
    onFinished: () => undefined,
    onFailure: () => undefined,
    signal: new AbortController().signal,
  });
  const session: Session = {
    commit: () => Promise.resolve(),
    seek: () => undefined,
    pause: () => undefined,
    resume: () => undefined,
    close: () => Promise.resolve(),
  };
  const partitions = new Map([
    ['crm.events', [0]],
    ['crm.write-results', [0]],
  ]);
  intake.assign(session, { memberId: 'm1', partitions });
  const message = (offset: number) =>
    ({ key: null, value: Buffer.from('{}'), offset: String(offset), timestamp: '0', headers: {} }) as never;
  const taken = (): void => undefined;
  await intake.take(session, { topic: 'crm.events', partition: 0, messages: [0, 1, 2].map(message), taken });
  await intake.take(session, { topic: 'crm.write-results', partition: 0, messages: [message(0)], taken });
  for (let i = 0; i < 4; i += 1) {
    ends.shift()?.();
    await settle();
  }
  expect(handled).toEqual(['crm.events 0', 'crm.write-results 0', 'crm.events 1', 'crm.events 2']);
});

import type { Logger } from '@syncline/chassis';
import type { Topic } from '@syncline/contract';
import type { KafkaMessage } from 'kafkajs';
import { deliver, type DeliveryOptions } from './delivery.ts';
import { createLanes, type Lanes } from './lanes.ts';
import {
  createPartitionWork,
  hasDrained,
  hasRoom,
  type Bounds,
  type PartitionWork,
} from './partition-work.ts';
import { sizeOf, toReceived, type Received } from './received.ts';
import type { Assignment, FetchedBatch, Session, TopicPartition } from './session.ts';

export interface IntakeOptions extends DeliveryOptions {
  order: 'key' | 'arrival';
  maxInFlight: number;
  fullName(topic: Topic): string;
  topics: Topic[];
  /** what waits of these goes before what waits of the others */
  first?: readonly Topic[] | undefined;
  logger: Logger;
  onFinished(topic: Topic): void;
}

interface Item {
  work: PartitionWork;
  message: Received;
  original: KafkaMessage;
  bytes: number;
}

/** How long one fetched batch may wait for room. The fetch loop, with its heartbeats, stands still meanwhile. */
const roomWithinMs = 50;

/** Takes fetched messages into lanes, bounded, and knows what may be committed of each partition. */
export class Intake {
  private readonly partitions = new Map<string, PartitionWork>();
  private readonly lanes: Lanes<Item>;
  private readonly bounds: Bounds;
  private readonly topicOf: Map<string, Topic>;
  private readonly options: IntakeOptions;
  private readonly roomWaiters = new Set<() => void>();
  private readonly paused = new Set<PartitionWork>();
  private session: Session | null = null;
  private memberId: string | null = null;
  private heldBytes = 0;
  private failing = 0;
  private stopped = false;
  held = 0;
  /** when a message last arrived or was finished, ms */
  movedAt = Date.now();

  constructor(options: IntakeOptions) {
    this.options = options;
    this.topicOf = new Map(options.topics.map((topic) => [options.fullName(topic), topic]));
    this.bounds = {
      perPartition: Math.max(2 * options.maxInFlight, 200),
      bytes: 64 * 1024 * 1024,
      uncommitted: Math.max(10 * options.maxInFlight, 10_000),
    };
    this.lanes = createLanes({ maxRunning: options.maxInFlight, run: (item) => this.run(item) });
  }

  /** Partition numbers that this member has. */
  owned(): number[] {
    return [...new Set([...this.partitions.values()].map(({ partition }) => partition))];
  }

  /**
   * Keeps the work of partitions that stay, ends that of those that went. A member that kept its id took part in
   * every rebalance, so nobody else can have had a partition that it has before and after.
   */
  assign(session: Session, { memberId, partitions }: Assignment): void {
    if (session !== this.session || memberId !== this.memberId) this.endAll();
    this.session = session;
    this.memberId = memberId;
    const wanted = new Set<string>();
    for (const [fullName, numbers] of partitions) {
      const topic = this.topicOf.get(fullName);
      if (topic === undefined) continue;
      for (const partition of numbers) wanted.add(this.assignOne(session, topic, partition));
    }
    for (const [id, work] of this.partitions) if (!wanted.has(id)) this.end(id, work);
  }

  endAll(): void {
    for (const [id, work] of this.partitions) this.end(id, work);
    this.session = null;
    this.memberId = null;
  }

  /** Drops what has not started and takes nothing more; what runs may finish and is still committed. */
  stop(): void {
    this.stopped = true;
    for (const work of this.partitions.values()) work.ended.abort();
  }

  idle(): Promise<void> {
    return this.lanes.idle();
  }

  async take(session: Session, batch: FetchedBatch): Promise<void> {
    const topic = this.topicOf.get(batch.topic);
    const first = batch.messages[0];
    if (topic === undefined || first === undefined || session !== this.session) return;
    const work = this.workAt(topic, batch.partition, Number(first.offset));
    if (work === undefined) return;
    const { assignedIn } = work;
    const giveUpAt = Date.now() + roomWithinMs;
    let last: number | null = null;
    for (const message of batch.messages) {
      const room = this.hasRoom(work) || (await this.roomBefore(giveUpAt, work));
      if (work.assignedIn !== assignedIn) return;
      if (!room || work.ended.signal.aborted) {
        this.pause(work);
        break;
      }
      last = Number(message.offset);
      this.add(work, message, last);
    }
    if (last !== null) batch.taken(last);
  }

  /** What may be committed and is not yet, by full topic name. */
  commits(): (TopicPartition & { offset: number; work: PartitionWork })[] {
    const commits = [];
    for (const work of this.partitions.values()) {
      const offset = work.offsets.committable;
      if (offset === null || offset === work.committed) continue;
      commits.push({ topic: this.options.fullName(work.topic), partition: work.partition, offset, work });
    }
    return commits;
  }

  private assignOne(session: Session, topic: Topic, partition: number): string {
    const id = `${topic}/${partition}`;
    const work = this.partitions.get(id);
    if (work === undefined) {
      const fresh = createPartitionWork(topic, partition);
      if (this.stopped) fresh.ended.abort();
      this.partitions.set(id, fresh);
      return id;
    }
    work.assignedIn += 1;
    // kafkajs goes back to the committed offset after each rebalance; all from there on is in the lanes already.
    const offset = work.offsets.next;
    if (offset !== null) session.seek({ topic: this.options.fullName(topic), partition, offset });
    return id;
  }

  private end(id: string, work: PartitionWork): void {
    this.partitions.delete(id);
    work.ended.abort();
    work.assignedIn += 1;
    // kafkajs remembers a pause beyond the loss of the partition.
    this.resume(work);
  }

  /** The work that a batch goes on with; a new one when the partition's log begins anew below what was taken. */
  private workAt(topic: Topic, partition: number, offset: number): PartitionWork | undefined {
    const id = `${topic}/${partition}`;
    const work = this.partitions.get(id);
    if (work === undefined || offset >= (work.offsets.next ?? 0)) return work;
    this.options.logger.warn('A partition went back, as after its topic was created anew', {
      topic,
      partition,
      offset,
      expected: work.offsets.next,
    });
    this.end(id, work);
    const fresh = createPartitionWork(topic, partition);
    this.partitions.set(id, fresh);
    return fresh;
  }

  private add(work: PartitionWork, original: KafkaMessage, offset: number): void {
    const bytes = sizeOf(original);
    const message = toReceived(work.topic, work.partition, original);
    work.committed ??= offset;
    work.offsets.take(offset);
    work.held += 1;
    this.held += 1;
    this.heldBytes += bytes;
    this.movedAt = Date.now();
    const goesFirst = this.options.first?.includes(work.topic) === true;
    this.lanes.add(this.laneOf(message, original), { work, message, original, bytes }, goesFirst);
  }

  private laneOf({ topic, partition, offset, key }: Received, original: KafkaMessage): string {
    if (this.options.order === 'arrival') return `${topic}/${partition}/${offset}`;
    return original.key === null ? `${topic}\n\n${partition}` : `${topic}\n${key}`;
  }

  private async run(item: Item): Promise<void> {
    const { work, message, original } = item;
    const ended = work.ended.signal;
    const failing = (isFailing: boolean): void => {
      this.failing += isFailing ? 1 : -1;
    };
    try {
      if (!(await deliver({ message, original, ended, failing }, this.options))) return;
      work.offsets.finish(message.offset);
      this.options.onFinished(message.topic);
    } finally {
      this.letGo(item);
    }
  }

  private letGo({ work, bytes }: Item): void {
    work.held -= 1;
    this.held -= 1;
    this.heldBytes -= bytes;
    this.movedAt = Date.now();
    for (const wake of this.roomWaiters) wake();
    this.resumeDrained();
  }

  private hasRoom(work: PartitionWork): boolean {
    // Handling later messages while an earlier one waits for another try would turn the order of arrival round.
    if (this.options.order === 'arrival' && this.failing > 0) return false;
    return hasRoom(work, this.heldBytes, this.bounds);
  }

  private hasDrained(work: PartitionWork): boolean {
    return this.hasRoom(work) && hasDrained(work, this.heldBytes, this.bounds);
  }

  /** Fast handlers make room within milliseconds: that costs less than a pause, which ends with the next fetch. */
  private roomBefore(giveUpAt: number, work: PartitionWork): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.roomWaiters.delete(wake);
        resolve(this.hasRoom(work));
      };
      const wake = (): void => {
        if (this.hasDrained(work)) done();
      };
      const timer = setTimeout(done, Math.max(0, giveUpAt - Date.now()));
      this.roomWaiters.add(wake);
    });
  }

  private resumeDrained(): void {
    if (this.stopped) return;
    for (const work of this.paused) if (this.hasDrained(work)) this.resume(work);
  }

  private pause(work: PartitionWork): void {
    this.paused.add(work);
    this.session?.pause({ topic: this.options.fullName(work.topic), partition: work.partition });
  }

  private resume(work: PartitionWork): void {
    if (!this.paused.delete(work)) return;
    this.session?.resume({ topic: this.options.fullName(work.topic), partition: work.partition });
  }
}

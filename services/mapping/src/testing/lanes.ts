import type { Draw } from './draw.ts';

interface Delivery {
  topic: string;
  key: string;
  deliver: () => void;
}

/**
 * A broker in memory: messages of one key keep their order within a topic, all else comes in any order, and any message
 * may come again.
 */
export class Lanes {
  private readonly draw: Draw;
  private queue: Delivery[] = [];
  private readonly log: Delivery[] = [];
  private readonly taken = new Set<string>();

  constructor(draw: Draw) {
    this.draw = draw;
  }

  get isEmpty(): boolean {
    return this.queue.length === 0;
  }

  post(topic: string, key: string, deliver: () => void): void {
    const delivery = { topic, key, deliver };
    this.queue.push(delivery);
    this.log.push(delivery);
  }

  /** Delivers the first message of a random key; of twenty, one stays and comes again. */
  step(): void {
    const heads = new Map<string, Delivery>();
    for (const one of this.queue) {
      const lane = laneOf(one);
      if (!heads.has(lane) && !this.taken.has(lane)) heads.set(lane, one);
    }
    const chosen = [...heads.values()][this.draw(heads.size)];
    if (chosen === undefined) return;
    if (this.draw(100) >= 5) this.queue = this.queue.filter((one) => one !== chosen);
    // What is delivered meanwhile comes from other lanes.
    this.taken.add(laneOf(chosen));
    chosen.deliver();
    this.taken.delete(laneOf(chosen));
  }

  /** The consumer's offsets are reset to 0: the whole log of a topic comes again. */
  replay(topic: string): void {
    const waiting = this.queue.filter((one) => one.topic !== topic);
    this.queue = [...waiting, ...this.log.filter((one) => one.topic === topic)];
  }
}

function laneOf({ topic, key }: Delivery): string {
  return `${topic}/${key}`;
}

import type { Consumer } from 'kafkajs';

const commitEveryMs = 200;

/** Commits what is done a few times a second. A lost commit only brings messages again, and those are known. */
export class Commits {
  private readonly consumer: Consumer;
  private readonly done = new Map<string, { topic: string; partition: number; offset: string }>();
  private readonly timer: NodeJS.Timeout;

  constructor(consumer: Consumer) {
    this.consumer = consumer;
    this.timer = setInterval(() => void this.commit(), commitEveryMs);
  }

  note(topic: string, partition: number, lastOffset: string): void {
    this.done.set(`${topic}/${String(partition)}`, {
      topic,
      partition,
      offset: String(BigInt(lastOffset) + 1n),
    });
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.commit();
  }

  private async commit(): Promise<void> {
    if (this.done.size === 0) return;
    const offsets = [...this.done.values()];
    this.done.clear();
    await this.consumer.commitOffsets(offsets).catch(() => {
      for (const one of offsets) {
        const key = `${one.topic}/${String(one.partition)}`;
        if (!this.done.has(key)) this.done.set(key, one);
      }
    });
  }
}

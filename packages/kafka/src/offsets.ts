/** The offsets of one partition that were taken and not committed; says how far all before is finished. */
export interface Offsets {
  /** Offsets are taken in rising order; what lies between two was never there (compaction, control records). */
  take(offset: number): void;
  finish(offset: number): void;
  /** The offset to go on from: everything below is finished. Null before the first was taken. */
  readonly committable: number | null;
  /** The offset after the last that was taken, or null. */
  readonly next: number | null;
  /** Taken and still above `committable`, finished or not: what would be delivered again after a crash. */
  readonly uncommitted: number;
}

interface Entry {
  offset: number;
  finished: boolean;
}

export function createOffsets(): Offsets {
  const entries = new Map<number, Entry>();
  // In the order taken; those before `head` are finished, as is everything below them.
  let queue: Entry[] = [];
  let head = 0;
  let next: number | null = null;

  const dropFinishedPrefix = (): void => {
    for (let entry = queue[head]; entry?.finished === true; entry = queue[head]) {
      entries.delete(entry.offset);
      head += 1;
    }
    if (head < 1024 && head < queue.length) return;
    queue = queue.slice(head);
    head = 0;
  };

  return {
    take(offset) {
      if (next !== null && offset < next) throw new RangeError(`offset ${offset} comes after ${next - 1}`);
      const entry = { offset, finished: false };
      entries.set(offset, entry);
      queue.push(entry);
      next = offset + 1;
    },
    finish(offset) {
      const entry = entries.get(offset);
      if (entry === undefined) return;
      entry.finished = true;
      if (entry === queue[head]) dropFinishedPrefix();
    },
    get committable() {
      return queue[head]?.offset ?? next;
    },
    get next() {
      return next;
    },
    get uncommitted() {
      return queue.length - head;
    },
  };
}

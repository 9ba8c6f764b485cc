import { setImmediate } from 'node:timers';

/** There are as many callers waiting as may wait: the other side is slower than the intake. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';
}

export interface GroupFlushOptions<In, Out> {
  /** carries out one group; answers one `Out` per item, in order. A rejection rejects exactly these items' callers */
  flush(items: In[]): Promise<Out[]>;
  maxItems: number;
  /** of one group; an item larger than this goes alone */
  maxBytes?: number;
  sizeOf?(item: In): number;
  /** items that may wait behind the group that is out */
  maxWaiting: number;
  maxWaitingBytes?: number;
}

export interface GroupFlush<In, Out> {
  /** @throws QueueFull (as a rejection) when too many wait already */
  add(item: In): Promise<Out>;
  /** Settles when nothing waits and nothing is out. */
  drain(): Promise<void>;
  readonly waiting: number;
}

interface Entry<In, Out> {
  item: In;
  bytes: number;
  resolve(out: Out): void;
  reject(reason: unknown): void;
}

/**
 * Groups what arrives at the same time: a group leaves as soon as none is out, and the next collects meanwhile.
 *
 * No timer takes part, so a lone item waits for nothing and a busy moment makes large groups by itself. A window of
 * 5 ms was measured four times slower at 32 connections.
 */
export function createGroupFlush<In, Out>(options: GroupFlushOptions<In, Out>): GroupFlush<In, Out> {
  const {
    flush,
    maxItems,
    maxBytes = Infinity,
    sizeOf = () => 0,
    maxWaiting,
    maxWaitingBytes = Infinity,
  } = options;
  const queue: Entry<In, Out>[] = [];
  let queuedBytes = 0;
  let running: Promise<void> | null = null;

  const takeGroup = (): Entry<In, Out>[] => {
    let count = 0;
    let bytes = 0;
    for (const entry of queue) {
      if (count === maxItems || (count > 0 && bytes + entry.bytes > maxBytes)) break;
      count += 1;
      bytes += entry.bytes;
    }
    queuedBytes -= bytes;
    return queue.splice(0, count);
  };

  const run = async (): Promise<void> => {
    // What arrives in the same turn of the event loop, from other sockets, belongs to the first group.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (queue.length > 0) await flushGroup(takeGroup(), flush);
    running = null;
  };

  return {
    add(item) {
      const bytes = sizeOf(item);
      if (queue.length >= maxWaiting || (queue.length > 0 && queuedBytes + bytes > maxWaitingBytes)) {
        return Promise.reject(new QueueFull(`${queue.length} are waiting already`));
      }
      queuedBytes += bytes;
      return new Promise((resolve, reject) => {
        queue.push({ item, bytes, resolve, reject });
        running ??= run();
      });
    },
    async drain() {
      while (running !== null) await running;
    },
    get waiting() {
      return queue.length;
    },
  };
}

async function flushGroup<In, Out>(
  group: Entry<In, Out>[],
  flush: (items: In[]) => Promise<Out[]>,
): Promise<void> {
  try {
    const outs = await flush(group.map((entry) => entry.item));
    if (outs.length !== group.length) {
      throw new Error(`a flush of ${group.length} items answered ${outs.length} results`);
    }
    outs.forEach((out, index) => group[index]?.resolve(out));
  } catch (error) {
    for (const entry of group) entry.reject(error);
  }
}

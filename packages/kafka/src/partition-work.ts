import type { Topic } from '@syncline/contract';
import { createOffsets, type Offsets } from './offsets.ts';

/**
 * What one consumer holds of one partition, from the time it is assigned until it is lost. A partition that comes
 * back later is a new one of these: nothing that began before may be committed through it.
 */
export interface PartitionWork {
  readonly topic: Topic;
  readonly partition: number;
  readonly offsets: Offsets;
  /** aborts when the partition is lost or the consumer stops: what has not started is dropped */
  readonly ended: AbortController;
  /** messages that run or wait */
  held: number;
  /** counts up with each rebalance that it outlives, so that a batch of before can tell */
  assignedIn: number;
  /** the offset last committed through this */
  committed: number | null;
}

export function createPartitionWork(topic: Topic, partition: number): PartitionWork {
  return {
    topic,
    partition,
    offsets: createOffsets(),
    ended: new AbortController(),
    held: 0,
    assignedIn: 0,
    committed: null,
  };
}

export interface Bounds {
  /** messages of one partition: a hot key fills its own partition's share and no more */
  perPartition: number;
  /** bytes over all partitions */
  bytes: number;
  /** finished or not, above the committed offset: what a crash has delivered again */
  uncommitted: number;
}

/** Whether one more message fits. One always does when none is held, whatever its size. */
export function hasRoom(work: PartitionWork, heldBytes: number, bounds: Bounds): boolean {
  if (work.held === 0) return true;
  return (
    work.held < bounds.perPartition &&
    heldBytes < bounds.bytes &&
    work.offsets.uncommitted < bounds.uncommitted
  );
}

/** Whether a paused partition may go on: well below the bounds, so that it does not pause again at once. */
export function hasDrained(work: PartitionWork, heldBytes: number, bounds: Bounds): boolean {
  const { perPartition, bytes, uncommitted } = bounds;
  return hasRoom(work, heldBytes, {
    perPartition: perPartition / 2,
    bytes: bytes / 2,
    uncommitted: uncommitted / 2,
  });
}

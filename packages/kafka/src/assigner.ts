import { AssignerProtocol, type PartitionAssigner } from 'kafkajs';

export interface Member {
  id: string;
  /** partition numbers it had before this rebalance */
  owned: number[];
}

/**
 * Which member gets which partition numbers: as even as can be, and a member keeps what it had where that is even
 * enough, since a partition that moves has its unfinished messages delivered again.
 */
export function sharePartitions(members: Member[], partitions: number[]): Map<string, number[]> {
  const sorted = [...members].sort((a, b) => (a.id < b.id ? -1 : 1));
  const shares = new Map<string, number[]>(sorted.map(({ id }) => [id, []]));
  const fairShare = Math.ceil(partitions.length / sorted.length);
  const free = new Set(partitions);
  for (const { id, owned } of sorted) {
    const share = shares.get(id) ?? [];
    for (const partition of owned) {
      if (share.length < fairShare && free.delete(partition)) share.push(partition);
    }
  }
  for (const partition of free) smallest(shares).push(partition);
  return levelled(shares);
}

// Those who kept a full share may have left others with two less.
function levelled(shares: Map<string, number[]>): Map<string, number[]> {
  for (;;) {
    const least = smallest(shares);
    const most = [...shares.values()].reduce((a, b) => (b.length > a.length ? b : a));
    if (most.length - least.length < 2) break;
    least.push(...most.splice(-1));
  }
  for (const share of shares.values()) share.sort((a, b) => a - b);
  return shares;
}

function smallest(shares: Map<string, number[]>): number[] {
  return [...shares.values()].reduce((a, b) => (b.length < a.length ? b : a));
}

/**
 * Gives the same partition number of all topics to the same member, so that everything about one record key has
 * one owner (contract 2: the key; all topics have the same number of partitions).
 * @param owned the partition numbers that this member has now
 */
export function coPartitioned(owned: () => number[]): PartitionAssigner {
  const version = 1;
  return ({ cluster }) => ({
    name: 'syncline-co-partitioned',
    version,
    protocol: ({ topics }) => ({
      name: 'syncline-co-partitioned',
      metadata: AssignerProtocol.MemberMetadata.encode({
        version,
        topics,
        userData: Buffer.from(JSON.stringify(owned())),
      }),
    }),
    assign: ({ members, topics }) => {
      const partitionsOf = new Map(
        topics.map((topic) => [topic, cluster.findTopicPartitionMetadata(topic).map((p) => p.partitionId)]),
      );
      const numbers = [...new Set([...partitionsOf.values()].flat())].sort((a, b) => a - b);
      const shares = sharePartitions(
        members.map(({ memberId, memberMetadata }) => ({ id: memberId, owned: readOwned(memberMetadata) })),
        numbers,
      );
      return Promise.resolve(
        [...shares].map(([memberId, share]) => ({
          memberId,
          memberAssignment: AssignerProtocol.MemberAssignment.encode({
            version,
            assignment: Object.fromEntries(
              [...partitionsOf].map(([topic, has]) => [topic, share.filter((p) => has.includes(p))]),
            ),
            userData: Buffer.alloc(0),
          }),
        })),
      );
    },
  });
}

function readOwned(memberMetadata: Buffer): number[] {
  try {
    const userData = AssignerProtocol.MemberMetadata.decode(memberMetadata)?.userData;
    const owned: unknown = JSON.parse(userData?.toString('utf8') ?? '');
    return Array.isArray(owned) ? owned.filter((p): p is number => Number.isInteger(p)) : [];
  } catch {
    return []; // only a preference: an unreadable one costs a move, no more
  }
}

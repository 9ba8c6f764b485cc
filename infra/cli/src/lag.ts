import type { Kafka } from '@syncline/kafka';
import { withKafka } from './clients.ts';
import type { Installation } from './installation.ts';
import { succeedsWithin } from './waiting.ts';

/** The groups that work off the topics. */
const groups = ['syncline-mapping', 'syncline-pusher'];
const limitMs = 10_000;

interface PartitionLag {
  groupId: string;
  topic: string;
  lag: number;
}

/** How far each consumer group is behind, a line for each. */
export async function lagByGroup(installation: Installation): Promise<string[]> {
  const read: PartitionLag[] = [];
  const reading = withKafka(installation, async (kafka) => {
    read.push(...(await kafka.lag(groups)));
  });
  if (!(await succeedsWithin(reading, limitMs))) return ['lag: unknown, the broker does not answer'];
  return groups.map((group) => describeLag(group, read));
}

/** How many messages wait for all groups together. */
export async function totalLag(kafka: Pick<Kafka, 'lag'>): Promise<number> {
  return (await kafka.lag(groups)).reduce((sum, { lag }) => sum + lag, 0);
}

/** `lag of mapping: 3 (erp.records 3)` */
export function describeLag(group: string, partitions: readonly PartitionLag[]): string {
  const byTopic = new Map<string, number>();
  for (const { groupId, topic, lag } of partitions) {
    if (groupId === group) byTopic.set(topic, (byTopic.get(topic) ?? 0) + lag);
  }
  const behind = [...byTopic].filter(([, lag]) => lag > 0);
  const total = behind.reduce((sum, [, lag]) => sum + lag, 0);
  const where = behind.map(([topic, lag]) => `${topic} ${lag}`).join(', ');
  return where ? `lag of ${group}: ${total} (${where})` : `lag of ${group}: 0`;
}

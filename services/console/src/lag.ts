import type { Kafka, Lag } from '@syncline/kafka';
import { z } from 'zod';

/** The groups that work off the topics. */
const groups = ['syncline-mapping', 'syncline-pusher', 'syncline-console'];

export const lagSchema = z.object({
  groupId: z.string(),
  topic: z.string(),
  lag: z.number().describe('messages that the group has not dealt with yet'),
  partitions: z.array(
    z.object({
      partition: z.number(),
      committed: z.number().nullable().describe('null when the group never committed there'),
      end: z.number(),
      lag: z.number(),
    }),
  ),
});
export type TopicLag = z.infer<typeof lagSchema>;

/** How far each group is behind, by topic. */
export async function readLag(kafka: Pick<Kafka, 'lag'>): Promise<TopicLag[]> {
  return lagByTopic(await kafka.lag(groups));
}

export function lagByTopic(partitions: readonly Lag[]): TopicLag[] {
  const found = new Map<string, TopicLag>();
  for (const { groupId, topic, ...partition } of partitions) {
    const key = `${groupId}\n${topic}`;
    const one = found.get(key) ?? { groupId, topic, lag: 0, partitions: [] };
    one.lag += partition.lag;
    one.partitions.push(partition);
    found.set(key, one);
  }
  return [...found.values()];
}

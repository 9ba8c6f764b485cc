import type { Lag } from '@syncline/kafka';
import { lagByTopic } from './lag.ts';

const aLag = (groupId: string, topic: Lag['topic'], partition: number, lag: number): Lag => ({
  groupId,
  topic,
  partition,
  committed: null,
  end: lag,
  lag,
});

describe('lagByTopic', () => {
  it('adds up the partitions of each group and topic', () => {
    const found = lagByTopic([
      aLag('a', 'crm.events', 0, 2),
      aLag('a', 'crm.events', 1, 3),
      aLag('a', 'erp.records', 0, 1),
      aLag('b', 'crm.events', 0, 4),
    ]);
    expect(found.map(({ groupId, topic, lag }) => [groupId, topic, lag])).toEqual([
      ['a', 'crm.events', 5],
      ['a', 'erp.records', 1],
      ['b', 'crm.events', 4],
    ]);
    expect(found[0]?.partitions).toContainEqual({ partition: 1, committed: null, end: 3, lag: 3 });
  });
});

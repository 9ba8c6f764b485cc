import { createTopicRates } from './topic-rates.ts';

const lagAt = (end: number) => [
  {
    groupId: 'group',
    topic: 'crm.events',
    lag: 0,
    partitions: [
      { partition: 0, committed: 0, end, lag: 0 },
      { partition: 1, committed: 0, end: 10, lag: 0 },
    ],
  },
];

describe('createTopicRates', () => {
  let now = 0;
  const rates = () => createTopicRates({ now: () => now });

  beforeEach(() => {
    now = 1_000_000;
  });

  it('knows no rate from one reading, nor of a topic that nobody reads', () => {
    const one = rates();
    one.note(lagAt(5));
    expect([one.perSecond('crm.events'), one.perSecond('none')]).toEqual([null, null]);
  });

  it('is what came between the first and the last reading', () => {
    const one = rates();
    one.note(lagAt(5));
    now += 10_000;
    one.note(lagAt(25));
    expect(one.perSecond('crm.events')).toBe(2);
  });

  it('forgets readings of more than a minute ago', () => {
    const one = rates();
    one.note(lagAt(5));
    now += 61_000;
    one.note(lagAt(1_000));
    now += 10_000;
    one.note(lagAt(1_010));
    expect(one.perSecond('crm.events')).toBe(1);
    now += 61_000;
    expect(one.perSecond('crm.events')).toBeNull();
  });
});

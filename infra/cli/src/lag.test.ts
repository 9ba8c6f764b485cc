import { describeLag } from './lag.ts';

describe('describeLag', () => {
  const partitions = [
    { groupId: 'mapping', topic: 'crm.events', lag: 2 },
    { groupId: 'mapping', topic: 'crm.events', lag: 3 },
    { groupId: 'mapping', topic: 'erp.records', lag: 0 },
    { groupId: 'pusher', topic: 'erp.writes', lag: 7 },
  ];

  it('adds up the partitions of a group and names where it is behind', () => {
    expect(describeLag('mapping', partitions)).toBe('lag of mapping: 5 (crm.events 5)');
  });

  it('is 0 for a group that has read everything', () => {
    expect(describeLag('poller', partitions)).toBe('lag of poller: 0');
  });
});

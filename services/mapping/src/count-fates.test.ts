import { noFates } from '@syncline/contract';
import { aChange, pairKey } from './a-pair.fixture.ts';
import type { Addressed } from './addressed.ts';
import { fatesOfLost, sumBy } from './count-fates.ts';
import type { Located } from './locate.ts';

const one = { ...noFates(), changed: 1 };

it('sums what batches are told by their ids, one kind of batch at a time', () => {
  const fates = [
    { origin: { windowId: 'w1' }, counts: one },
    { origin: { windowId: 'w1', taskId: 't1' }, counts: { ...one, waiting: -1 } },
    { origin: { taskId: 't2' }, counts: one },
  ];
  expect([...sumBy(fates, ({ windowId }) => windowId)]).toEqual([
    ['w1', { changed: 2, created: 0, unchanged: 0, errors: 0, waiting: -1 }],
  ]);
  expect([...sumBy(fates, ({ taskId }) => taskId).keys()]).toEqual(['t1', 't2']);
});

describe('a record that no row decided', () => {
  const aRecord = (windowId: string): Addressed => ({
    kind: 'record',
    pair: pairKey,
    side: 'erp',
    dataId: windowId,
    causedByRow: '',
    mayBegin: false,
    change: aChange({ side: 'erp', origin: { windowId } }),
  });
  const located = (...places: number[]) =>
    new Map([['r', { inputs: places.map((at) => ({ at })) } as unknown as Located]]);

  it('is unchanged where nobody takes it, and an error where a fault of ours made a dead letter of it', () => {
    const addressed = [aRecord('decided'), aRecord('faulty'), aRecord('nobody')];
    expect(fatesOfLost(addressed, located(0, 1), new Set([0]))).toEqual([
      { origin: { windowId: 'faulty' }, counts: { ...noFates(), errors: 1 } },
      { origin: { windowId: 'nobody' }, counts: { ...noFates(), unchanged: 1 } },
    ]);
  });
});

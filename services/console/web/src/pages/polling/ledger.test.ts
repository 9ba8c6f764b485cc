import type { PollWindow } from '../../api/shapes.ts';
import { blocksOf, since } from './ledger.ts';

const aWindow = (
  startTime: number,
  endTime: number,
  status: PollWindow['status'] = 'complete',
): PollWindow => ({
  id: `${startTime}-${endTime}-${status}`,
  dataCenterId: 'dc',
  objectApiName: 'BD_Customer',
  kind: 'increment',
  startTime,
  endTime,
  status,
  totalNum: 1,
  received: 1,
  pages: 1,
  readings: 1,
  fates: { changed: 1, unchanged: 0, errors: 0, waiting: 0 },
  error: null,
  openedAt: 0,
  closedAt: 1,
});

const shapeOf = (windows: PollWindow[]) =>
  blocksOf(windows).map(({ from, to, status }) => [from, to, status]);

describe('blocksOf', () => {
  it('has nothing to show of no windows', () => {
    expect(blocksOf([])).toEqual([]);
  });

  it('shows a gap between two windows', () => {
    expect(shapeOf([aWindow(30, 40), aWindow(0, 20)])).toEqual([
      [0, 20, 'complete'],
      [20, 30, 'gap'],
      [30, 40, 'complete'],
    ]);
  });

  it('shows no gap where windows overlap', () => {
    expect(blocksOf([aWindow(0, 20), aWindow(15, 40)]).some(({ status }) => status === 'gap')).toBe(false);
  });

  it('forgets a failure that a later window made good, and no other', () => {
    expect(shapeOf([aWindow(0, 20, 'failed'), aWindow(0, 20), aWindow(20, 40, 'short')])).toEqual([
      [0, 20, 'complete'],
      [20, 40, 'short'],
    ]);
  });
});

describe('since', () => {
  it('leaves older blocks out and cuts the one that it goes through', () => {
    const blocks = since(blocksOf([aWindow(0, 20), aWindow(30, 40)]), 25);
    expect(blocks.map(({ from, to, status }) => [from, to, status])).toEqual([
      [25, 30, 'gap'],
      [30, 40, 'complete'],
    ]);
  });
});

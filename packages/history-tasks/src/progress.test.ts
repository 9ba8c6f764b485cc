import { noFates } from '@syncline/contract';
import type { HistoryTask } from '@syncline/store';
import { newHistoryTask } from './new-task.ts';
import { progressOf, shownStateOf } from './progress.ts';

function aTask(over: Partial<HistoryTask> = {}): HistoryTask {
  const order = {
    id: 't1',
    tenantId: '81138',
    dataCenterId: 'dc-main',
    streamId: 's1',
    direction: 'erp-to-crm' as const,
    objectApiName: 'BD_Customer',
    ids: null,
    from: 0,
    to: 1_000,
    where: null,
    force: false,
    rate: 20,
    startAt: 0,
    createdAt: 0,
  };
  return { ...newHistoryTask(order), ...over };
}

const fates = { ...noFates(), changed: 5, created: 2, unchanged: 3, errors: 1, waiting: 4 };

describe('the state that is shown', () => {
  it('of a queued task is not yet due until its start', () => {
    expect(shownStateOf(aTask({ startAt: 100 }), 99)).toBe('notYetDue');
    expect(shownStateOf(aTask({ startAt: 100 }), 100)).toBe('queued');
  });

  it.each(['running', 'paused', 'stopped'] as const)('of one that is %s is that', (state) => {
    expect(shownStateOf(aTask({ state, fates }), 0)).toBe(state);
  });

  it('of a finished one tells of failed records, and of what could not be read', () => {
    expect(shownStateOf(aTask({ state: 'finished' }), 0)).toBe('finished');
    expect(shownStateOf(aTask({ state: 'finished', fates }), 0)).toBe('finishedWithErrors');
    expect(shownStateOf(aTask({ state: 'finished', problems: ['a window was short'] }), 0)).toBe(
      'finishedWithErrors',
    );
  });
});

describe('the progress of a task', () => {
  const running = aTask({ state: 'running', fates, excluded: 1, read: 14, total: 100, runAt: 0, runDone: 0 });

  it('counts what is done: written, skipped, failed and not selected, and not what waits', () => {
    expect(progressOf(running, 1_000)).toMatchObject({
      done: 10,
      total: 100,
      created: 2,
      updated: 3,
      skipped: 3,
      failed: 1,
      waiting: 4,
      excluded: 1,
    });
  });

  it('has the rate of this run, and the time that is left by it', () => {
    expect(progressOf(running, 5_000)).toMatchObject({ ratePerSecond: 2, remainingMs: 45_000 });
    expect(progressOf({ ...running, runDone: 5 }, 5_000)).toMatchObject({
      ratePerSecond: 1,
      remainingMs: 90_000,
    });
  });

  it('says nothing of what it does not know', () => {
    expect(progressOf({ ...running, total: null }, 5_000)).toMatchObject({ total: null, remainingMs: null });
    expect(progressOf({ ...running, state: 'paused' }, 5_000)).toMatchObject({
      ratePerSecond: null,
      remainingMs: null,
    });
  });

  it("takes what was read for the total when that is more than the source's word, and in the end", () => {
    expect(progressOf({ ...running, total: 12 }, 1_000).total).toBe(14);
    expect(progressOf({ ...running, state: 'finished' }, 1_000).total).toBe(14);
  });
});

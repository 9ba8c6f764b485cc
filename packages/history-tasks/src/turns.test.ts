import { nextOfTenants } from './turns.ts';

const task = (id: string, over: Partial<Parameters<typeof nextOfTenants>[0][number]> = {}) => ({
  id,
  tenantId: 'a',
  state: 'queued' as const,
  startAt: 0,
  createdAt: 0,
  ...over,
});
const next = (...tasks: ReturnType<typeof task>[]): string[] => nextOfTenants(tasks, 100).map(({ id }) => id);

describe('whose turn it is', () => {
  it('is that of the task that was asked for first, in each tenant', () => {
    expect(
      next(task('late', { createdAt: 9 }), task('early', { createdAt: 1 }), task('other', { tenantId: 'b' })),
    ).toEqual(['early', 'other']);
  });

  it('stays with the one that runs', () => {
    const running = { ...task('running', { createdAt: 9 }), state: 'running' as const };
    expect(nextOfTenants([task('early'), running], 100)).toEqual([running]);
  });

  it('is not that of one whose start lies ahead', () => {
    expect(next(task('ahead', { startAt: 101 }), task('due', { createdAt: 9, startAt: 100 }))).toEqual([
      'due',
    ]);
  });
});

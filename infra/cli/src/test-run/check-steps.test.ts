import { checkStepsOf } from './check-steps.ts';

describe('checkStepsOf', () => {
  it('lists the steps of pnpm check without its jest run', () => {
    expect(checkStepsOf('tsc -b && eslint . && knip && ./scripts/jest --selectProjects unit')).toEqual([
      { name: 'tsc -b', shell: 'tsc -b' },
      { name: 'eslint .', shell: 'eslint .' },
      { name: 'knip', shell: 'knip' },
    ]);
  });
});

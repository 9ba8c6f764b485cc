import { told } from './feed.ts';

describe('told', () => {
  it('tells each line', () => {
    expect(told([{ seq: 1, text: 'AccountObj A1 was created' }])).toEqual(['  AccountObj A1 was created']);
  });

  it('tells a flood as a number and its newest lines', () => {
    const lines = Array.from({ length: 100 }, (_, index) => ({ seq: index, text: `line ${index}` }));
    const shown = told(lines);
    expect(shown).toHaveLength(9);
    expect(shown[0]).toBe('  … 92 more');
    expect(shown.at(-1)).toBe('  line 99');
  });
});

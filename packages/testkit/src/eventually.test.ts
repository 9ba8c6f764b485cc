import { eventually } from './eventually.ts';

describe('eventually', () => {
  it('returns what the fact returned once it holds', async () => {
    let calls = 0;
    const fact = (): string | false => ((calls += 1) < 3 ? false : 'there');
    expect(await eventually(fact, { everyMs: 1 })).toBe('there');
  });

  it('waits out what throws', async () => {
    let calls = 0;
    const fact = (): void => {
      calls += 1;
      expect(calls).toBe(3);
    };
    await eventually(fact, { everyMs: 1 });
  });

  it('throws the last error at its limit', async () => {
    const fact = (): never => {
      throw new Error('never there');
    };
    await expect(eventually(fact, { withinMs: 20, everyMs: 1 })).rejects.toThrow('never there');
  });

  it('says what stayed false at its limit', async () => {
    await expect(eventually(() => false, { withinMs: 20, everyMs: 1 })).rejects.toThrow(
      /Still false after 20 ms/,
    );
  });
});

import { createShortMemory } from './short-memory.ts';

let now = 0;
const memory = () => createShortMemory<number>({ clock: { now: () => now }, freshMs: 2_000 });

describe('createShortMemory', () => {
  it('reads once while a value is fresh', async () => {
    const kept = memory();
    let reads = 0;
    const get = (): Promise<number> => kept.get('a', async () => (reads += 1));
    expect([await get(), await get()]).toEqual([1, 1]);
    now += 2_000;
    expect(await get()).toBe(2);
  });

  it('forgets what is being read, too: it was read before the change', async () => {
    const kept = memory();
    let finish: (value: number) => void = () => undefined;
    const reading = kept.get('a', () => new Promise((resolve) => (finish = resolve)));
    kept.forget();
    finish(1);
    expect(await reading).toBe(1);
    expect(await kept.get('a', async () => 2)).toBe(2);
  });

  it('keeps a bounded number', async () => {
    const kept = memory();
    for (let key = 0; key <= 2_000; key += 1) await kept.get(String(key), async () => key);
    expect(await kept.get('0', async () => -1)).toBe(-1);
    expect(await kept.get('2000', async () => -1)).toBe(2_000);
  });

  it('keeps nothing of a reading that failed', async () => {
    const kept = memory();
    await expect(kept.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await kept.get('a', async () => 3)).toBe(3);
  });
});

import { createLogger } from '@syncline/chassis';
import { createCached } from './cached.ts';

const logger = createLogger({ service: 'test', level: 'error' });

/** Readings that the test ends itself, by a clock of its own. */
function aSource() {
  const clock = { at: 0, now: () => clock.at };
  const open: PromiseWithResolvers<string>[] = [];
  const read = (): Promise<string> => {
    const reading = Promise.withResolvers<string>();
    open.push(reading);
    return reading.promise;
  };
  return { clock, open, cached: createCached({ name: 'it', read, freshMs: 100, clock, logger }) };
}

describe('createCached', () => {
  it('reads once for all who ask at the same time', async () => {
    const { open, cached } = aSource();
    const answers = Promise.all([cached.get(5_000), cached.get(5_000)]);
    open[0]?.resolve('one');
    expect(await answers).toEqual(['one', 'one']);
    expect(open).toHaveLength(1);
  });

  it('answers null when there is nothing in time, and has it later', async () => {
    const { open, cached } = aSource();
    expect(await cached.get(1)).toBeNull();
    open[0]?.resolve('late');
    expect(await cached.get(5_000)).toBe('late');
    expect(open).toHaveLength(1);
  });

  it('gives the value before while a slow reading is under way', async () => {
    const { clock, open, cached } = aSource();
    const first = cached.get(5_000);
    open[0]?.resolve('old');
    await first;
    clock.at = 101;
    expect(await cached.get(1)).toBe('old');
    expect(open).toHaveLength(2);
  });

  it('asks a slow source less often', async () => {
    const { clock, open, cached } = aSource();
    const first = cached.get(5_000);
    clock.at = 1_000;
    open[0]?.resolve('slow');
    await first;
    clock.at = 10_999;
    expect(await cached.get(5_000)).toBe('slow');
    expect(open).toHaveLength(1);
  });

  it('answers null after a reading that failed, and tries again when that has aged', async () => {
    const { clock, open, cached } = aSource();
    const first = cached.get(5_000);
    open[0]?.reject(new Error('away'));
    expect(await first).toBeNull();
    expect(await cached.get(5_000)).toBeNull();
    expect(open).toHaveLength(1);
    clock.at = 100;
    const second = cached.get(5_000);
    open[1]?.resolve('back');
    expect(await second).toBe('back');
  });
});

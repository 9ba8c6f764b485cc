import { bounded } from './bounded.ts';
import { StoreUnavailable } from './failure.ts';

const never = () => new Promise<never>(() => undefined);

function named(name: string): Error {
  const error = new Error('no host 10.0.0.1');
  error.name = name;
  return error;
}

describe('bounded', () => {
  it('passes arguments and answers through', async () => {
    const verbs = bounded('things', { add: (a: number, b: number) => Promise.resolve(a + b) });
    await expect(verbs.add(1, 2)).resolves.toBe(3);
  });

  it('gives up at the limit of the verb', async () => {
    const verbs = bounded('things', { stuck: never }, { stuck: 20 });
    await expect(verbs.stuck()).rejects.toThrow('things.stuck: no answer from the store within 20 ms');
    await expect(verbs.stuck()).rejects.toBeInstanceOf(StoreUnavailable);
  });

  it('tells a store that cannot be reached from a request that is wrong', async () => {
    const network = named('MongoNetworkError');
    const wrong = named('TypeError');
    const verbs = bounded('things', {
      away: () => Promise.reject(network),
      wrong: () => Promise.reject(wrong),
    });
    await expect(verbs.away()).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(verbs.away()).rejects.toMatchObject({ cause: network });
    await expect(verbs.wrong()).rejects.toBe(wrong);
  });
});

import { createLoader } from './loader.ts';

function recording(answer: (keys: readonly string[]) => ReadonlyMap<string, string>) {
  const requests: string[][] = [];
  const load = createLoader((keys) => {
    requests.push([...keys]);
    return Promise.resolve(answer(keys));
  });
  return { requests, load };
}

const echo = (keys: readonly string[]) => new Map(keys.map((key) => [key, `of ${key}`]));

describe('a loader', () => {
  it('asks in one request for what is asked side by side', async () => {
    const { requests, load } = recording(echo);
    expect(await Promise.all([load('a'), load('b')])).toEqual(['of a', 'of b']);
    expect(requests).toEqual([['a', 'b']]);
  });

  it('asks for a key once, also when it is asked for again later', async () => {
    const { requests, load } = recording(echo);
    await Promise.all([load('a'), load('a')]);
    await load('a');
    expect(requests).toEqual([['a']]);
  });

  it('asks anew for further keys', async () => {
    const { requests, load } = recording(echo);
    await load('a');
    expect(await load('b')).toBe('of b');
    expect(requests).toEqual([['a'], ['b']]);
  });

  it('answers nothing for what is not found', async () => {
    const { load } = recording(() => new Map());
    expect(await load('a')).toBeUndefined();
  });

  it('fails all who asked when the request fails', async () => {
    const load = createLoader(() => Promise.reject(new Error('away')));
    const answers = await Promise.allSettled([load('a'), load('b')]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});

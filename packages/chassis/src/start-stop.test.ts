import { PassThrough } from 'node:stream';
import { createLogger } from './logger.ts';
import type { Part, Readiness } from './part.ts';
import { reasonsNotReady } from './probes.ts';
import { startParts, stopParts } from './start-stop.ts';

const logger = createLogger({ service: 'test', level: 'error', stream: new PassThrough().resume() });

function partsThatSay(said: string[], names: string[]): Part[] {
  const say = (text: string) => (): Promise<void> => Promise.resolve(void said.push(text));
  return names.map((name) => ({
    name,
    start: say(`${name} starts`),
    stopIntake: say(`${name} takes no more`),
    stop: say(`${name} stops`),
  }));
}

async function started(parts: Part[]): Promise<Part[]> {
  const begun: Part[] = [];
  await startParts(parts, begun, new AbortController().signal);
  return begun;
}

describe('a start and a stop', () => {
  it('go in order and in reverse, and all take no more work before the first one stops', async () => {
    const said: string[] = [];
    const begun = await started(partsThatSay(said, ['http', 'store', 'consumer']));
    await expect(stopParts(begun, 1000, logger)).resolves.toBe(true);
    expect(said).toEqual([
      'http starts',
      'store starts',
      'consumer starts',
      'http takes no more',
      'store takes no more',
      'consumer takes no more',
      'consumer stops',
      'store stops',
      'http stops',
    ]);
  });

  it('wait for one part before the next', async () => {
    const said: string[] = [];
    const [store] = partsThatSay(said, ['store']);
    let open = (): void => undefined;
    const http: Part = {
      name: 'http',
      start: () => new Promise((resolve) => (open = resolve)),
      stop: () => Promise.resolve(),
    };
    const begun: Part[] = [];
    const starting = startParts([http, store as Part], begun, new AbortController().signal);
    await Promise.resolve();
    expect(said).toEqual([]);
    expect(begun).toEqual([http]);
    open();
    await starting;
    expect(said).toEqual(['store starts']);
  });

  it('leave out the parts that a stop forestalled', async () => {
    const said: string[] = [];
    const stopping = new AbortController();
    const first: Part = {
      name: 'store',
      start: async () => {
        stopping.abort();
      },
      stop: () => Promise.resolve(void said.push('store stops')),
    };
    const begun: Part[] = [];
    await startParts([first, ...partsThatSay(said, ['consumer'])], begun, stopping.signal);
    await stopParts(begun, 1000, logger);
    expect(said).toEqual(['store stops']);
  });

  it('stop the other parts when one fails to stop, and say that it was not clean', async () => {
    const said: string[] = [];
    const broken: Part = {
      name: 'broken',
      start: () => Promise.resolve(),
      stop: () => Promise.reject(new Error('x')),
    };
    const begun = await started([...partsThatSay(said, ['store']), broken]);
    await expect(stopParts(begun, 1000, logger)).resolves.toBe(false);
    expect(said.at(-1)).toBe('store stops');
  });

  it('tell the parts when the deadline is there', async () => {
    const slow: Part = {
      name: 'slow',
      start: () => Promise.resolve(),
      stop: (deadline) => new Promise((resolve) => deadline.addEventListener('abort', () => resolve())),
    };
    const begun = await started([slow]);
    await expect(stopParts(begun, 10, logger)).resolves.toBe(true);
  });
});

describe('readiness', () => {
  it('follows the stages of the parts and their own word', async () => {
    let state: Readiness = { ready: false, reason: 'no broker' };
    const consumer: Part = {
      name: 'consumer',
      start: () => Promise.resolve(),
      stop: () => Promise.resolve(),
      ready: () => state,
    };
    const said: string[] = [];
    const parts = [...partsThatSay(said, ['http']), consumer];
    const begun: Part[] = [];
    const starting = startParts(parts, begun, new AbortController().signal);
    expect(reasonsNotReady(parts)).toEqual([
      { part: 'http', reason: 'starting' },
      { part: 'consumer', reason: 'starting' },
    ]);
    await starting;
    expect(reasonsNotReady(parts)).toEqual([{ part: 'consumer', reason: 'no broker' }]);
    state = { ready: true };
    expect(reasonsNotReady(parts)).toEqual([]);
    const stop = stopParts(begun, 1000, logger);
    expect(reasonsNotReady(parts).map(({ reason }) => reason)).toEqual(['stopping', 'stopping']);
    await stop;
  });

  it('is not there when a part cannot even say', () => {
    const part: Part = {
      name: 'store',
      start: () => Promise.resolve(),
      stop: () => Promise.resolve(),
      ready() {
        throw new Error('connection lost');
      },
    };
    expect(reasonsNotReady([part])).toEqual([{ part: 'store', reason: 'connection lost' }]);
  });
});

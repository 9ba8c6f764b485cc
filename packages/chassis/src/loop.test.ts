import { createLoop, retryPauseMs } from './loop.ts';
import type { Logger } from './logger.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Time that passes when the test says so. */
function handTime(): {
  pauses: number[];
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  pass(): Promise<void>;
} {
  const pauses: number[] = [];
  let wake = (): void => undefined;
  return {
    pauses,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        pauses.push(ms);
        wake = resolve;
        signal.addEventListener('abort', () => resolve());
      }),
    async pass() {
      wake();
      await turn();
    },
  };
}

function recordingLogger(): { logger: Logger; errors: string[] } {
  const errors: string[] = [];
  const ignore = (): void => undefined;
  const logger: Logger = {
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: (message) => errors.push(message),
    addSecrets: ignore,
    child: () => logger,
  };
  return { logger, errors };
}

const never = new AbortController().signal;

describe('a loop', () => {
  it('runs at once, and again after the pause', async () => {
    const { pauses, sleep, pass } = handTime();
    let rounds = 0;
    const tick = (): Promise<void> => Promise.resolve(void (rounds += 1));
    const loop = createLoop({ name: 'relay', everyMs: 1000, logger: recordingLogger().logger, tick, sleep });
    await loop.start();
    await turn();
    expect(rounds).toBe(1);
    await pass();
    expect(rounds).toBe(2);
    expect(pauses).toEqual([1000, 1000]);
    await loop.stop(never);
  });

  it('goes on without a pause while there is work', async () => {
    const { pauses, sleep, pass } = handTime();
    const work = [5, 2, 0];
    const tick = (): Promise<number> => Promise.resolve(work.shift() ?? 0);
    const loop = createLoop({ name: 'due', everyMs: 1000, logger: recordingLogger().logger, tick, sleep });
    await loop.start();
    await turn();
    await pass();
    await pass();
    expect(pauses).toEqual([0, 0, 1000]);
    await loop.stop(never);
  });

  it('logs an error, comes back later each time, and is on time again after a success', async () => {
    const { pauses, sleep, pass } = handTime();
    const { logger, errors } = recordingLogger();
    const outcomes = ['fails', 'fails', 'fails', 'works', 'fails'];
    const tick = (): Promise<void> =>
      outcomes.shift() === 'works' ? Promise.resolve() : Promise.reject(new Error('the store is down'));
    const loop = createLoop({ name: 'due', everyMs: 1000, logger, tick, sleep });
    await loop.start();
    await turn();
    for (let i = 0; i < 4; i += 1) await pass();
    expect(pauses).toEqual([1000, 2000, 4000, 1000, 1000]);
    expect(errors).toEqual(Array.from({ length: 4 }, () => 'due failed and is tried again'));
    await loop.stop(never);
  });

  it('survives a tick that throws before it returns a promise', async () => {
    const { sleep } = handTime();
    const { logger, errors } = recordingLogger();
    const tick = (): Promise<void> => {
      throw new Error('at once');
    };
    const loop = createLoop({ name: 'due', everyMs: 1000, logger, tick, sleep });
    await loop.start();
    await turn();
    expect(errors).toHaveLength(1);
    await loop.stop(never);
  });

  it('waits in its stop for the round that is under way, which is told', async () => {
    const { logger, errors } = recordingLogger();
    let told = false;
    let finish = (): void => undefined;
    const tick = (signal: AbortSignal): Promise<void> => {
      signal.addEventListener('abort', () => (told = true));
      return new Promise((_resolve, reject) => (finish = () => reject(new Error('aborted'))));
    };
    const loop = createLoop({ name: 'poll', everyMs: 1000, logger, tick });
    await loop.start();
    await turn();
    let stopped = false;
    const stop = loop.stop(never).then(() => (stopped = true));
    await turn();
    expect({ told, stopped }).toEqual({ told: true, stopped: false });
    finish();
    await stop;
    expect(errors).toEqual([]);
  });

  it('gives up waiting at the deadline', async () => {
    const tick = (): Promise<void> => new Promise(() => undefined);
    const loop = createLoop({ name: 'poll', everyMs: 1000, logger: recordingLogger().logger, tick });
    await loop.start();
    await loop.stop(AbortSignal.abort());
  });

  it('starts no round after its intake was stopped', async () => {
    const { sleep, pass } = handTime();
    let rounds = 0;
    const tick = (): Promise<void> => Promise.resolve(void (rounds += 1));
    const loop = createLoop({ name: 'relay', everyMs: 1000, logger: recordingLogger().logger, tick, sleep });
    await loop.start();
    await turn();
    await loop.stopIntake?.(never);
    await pass();
    expect(rounds).toBe(1);
    await loop.stop(never);
  });
});

describe('the pause after failures', () => {
  it('doubles up to 30 s, or to the normal pause where that is longer', () => {
    expect([1, 2, 3, 8, 2000].map((failures) => retryPauseMs(200, failures))).toEqual([
      500, 1000, 2000, 30_000, 30_000,
    ]);
    expect(retryPauseMs(360_000, 3)).toBe(360_000);
  });
});

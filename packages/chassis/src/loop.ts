import { sleep as realSleep, whenAborted } from './clock.ts';
import type { Sleep } from './clock.ts';
import type { Logger } from './logger.ts';
import type { Part } from './part.ts';

export interface LoopOptions {
  name: string;
  everyMs: number;
  logger: Logger;
  /**
   * One round. A number above 0 means "did work, there may be more" and the next round follows at once.
   * @param signal aborts when the loop is to stop: finish the step that is begun and return
   */
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- most rounds have nothing to say
  tick(signal: AbortSignal): Promise<number | void>;
  sleep?: Sleep;
}

const slowestRetryMs = 30_000;
const fastestRetryMs = 500;

/** The pause after so many failed rounds in a row: doubles from `everyMs`, at most 30 s or `everyMs`. */
export function retryPauseMs(everyMs: number, failures: number): number {
  const pause = Math.max(everyMs, fastestRetryMs) * 2 ** Math.min(failures - 1, 20);
  return Math.min(pause, Math.max(everyMs, slowestRetryMs));
}

/** Runs `tick` again and again, never two at once. An error is logged, and the next round comes later. */
export function createLoop({ name, everyMs, logger, tick, sleep = realSleep }: LoopOptions): Part {
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let failures = 0;

  const round = async (): Promise<number> => {
    try {
      const done = (await tick(stopping.signal)) ?? 0;
      failures = 0;
      return done > 0 ? 0 : everyMs;
    } catch (error) {
      failures += 1;
      const pauseMs = retryPauseMs(everyMs, failures);
      if (!stopping.signal.aborted) logger.error(`${name} failed and is tried again`, { error, pauseMs });
      return pauseMs;
    }
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const pauseMs = await round();
      // Even a pause of 0 goes through a timer, so that a loop that always has work leaves room for the rest.
      await sleep(pauseMs, stopping.signal);
    }
  };

  return {
    name,
    start() {
      running = run();
      return Promise.resolve();
    },
    stopIntake() {
      stopping.abort();
      return Promise.resolve();
    },
    async stop(deadline) {
      stopping.abort();
      await Promise.race([running, whenAborted(deadline)]);
    },
  };
}

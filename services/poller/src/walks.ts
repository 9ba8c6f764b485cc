import { whenAborted, type Part } from '@syncline/chassis';
import { PollInterrupted } from './poll-failure.ts';

/** What this process reads from ERPs now. A stop lets each end after the page that it is at. */
export interface Walks extends Part {
  readonly active: number;
  /** @throws PollInterrupted when the process is stopping */
  run<T>(work: (stopping: AbortSignal) => Promise<T>): Promise<T>;
}

export function createWalks(): Walks {
  const stopping = new AbortController();
  const running = new Set<Promise<unknown>>();
  const end = async (deadline: AbortSignal): Promise<void> => {
    stopping.abort(new PollInterrupted('the poller is stopping; the window is read again'));
    await Promise.race([Promise.allSettled(running), whenAborted(deadline)]);
  };
  return {
    name: 'walks',
    start: () => Promise.resolve(),
    stopIntake: end,
    stop: end,
    get active() {
      return running.size;
    },
    async run(work) {
      stopping.signal.throwIfAborted();
      const walk = work(stopping.signal);
      running.add(walk);
      try {
        return await walk;
      } finally {
        running.delete(walk);
      }
    },
  };
}

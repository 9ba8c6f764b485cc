import { whenAborted, type Part } from '@syncline/chassis';
import { RefusedRequest } from '@syncline/contract';

/** Long work that somebody waits for: few at a time, and each is told when the process stops. */
export interface Running extends Part {
  /** @throws RefusedRequest s306240010 when enough of that kind are under way */
  run<T>(kind: string, work: (stopping: AbortSignal) => Promise<T>): Promise<T>;
}

const mostOfAKind = 2;
const retryAfterSeconds = 10;

export function createRunning(): Running {
  const stopping = new AbortController();
  const underWay = new Map<Promise<unknown>, string>();
  const end = async (deadline: AbortSignal): Promise<void> => {
    stopping.abort(new Error('the process is stopping'));
    await Promise.race([Promise.allSettled(underWay.keys()), whenAborted(deadline)]);
  };
  return {
    name: 'imports and exports',
    start: () => Promise.resolve(),
    stopIntake: end,
    stop: end,
    async run(kind, work) {
      const same = [...underWay.values()].filter((one) => one === kind);
      if (same.length >= mostOfAKind)
        throw new RefusedRequest(
          'rateLimited',
          `${String(mostOfAKind)} of these (${kind}) are under way already`,
          retryAfterSeconds,
        );
      const promise = work(stopping.signal);
      underWay.set(promise, kind);
      try {
        return await promise;
      } finally {
        underWay.delete(promise);
      }
    },
  };
}

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface StopSignals {
  /** aborted by the first signal */
  signal: AbortSignal;
  stopped: Promise<void>;
  /** listens no more */
  release(): void;
}

/** A terminal and a process manager may send one wish twice, as SIGINT to a group and SIGTERM to us. */
const sameWishMs = 500;

/** The first signal asks for an orderly stop, the second for one at once. */
export function onStopSignals({
  onFirst,
  onSecond,
}: {
  onFirst: () => void;
  onSecond: () => void;
}): StopSignals {
  const stop = new AbortController();
  let first: { name: string; at: number } | null = null;
  const receive = (name: string): void => {
    if (first === null) {
      first = { name, at: performance.now() };
      onFirst();
      stop.abort();
    } else if (name === first.name || performance.now() - first.at > sameWishMs) onSecond();
  };
  for (const name of stopSignals) process.on(name, receive);
  return {
    signal: stop.signal,
    stopped: new Promise((resolve) => {
      stop.signal.addEventListener('abort', () => {
        resolve();
      });
    }),
    release: () => {
      for (const name of stopSignals) process.off(name, receive);
    },
  };
}

/** Time for pace and breaker; tests hold it in their hands. */
export interface Timer {
  /** ms; only differences count */
  now(): number;
  /** Runs once after `ms`, unless the returned function is called before. */
  schedule(run: () => void, ms: number): () => void;
}

export const systemTimer: Timer = {
  // Our own intervals must not move with the wall clock.
  now: () => performance.now(),
  schedule(run, ms) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

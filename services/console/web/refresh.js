const everyMs = 4000;

/** Runs `round` again and again: not while the page is hidden or paused, and never two at once. */
export function createRefresher(round) {
  let timer = null;
  let abort = null;
  let isPaused = false;

  async function run() {
    stop();
    const own = (abort = new AbortController());
    await round(own.signal).catch((error) => {
      if (!own.signal.aborted) throw error;
    });
    if (own.signal.aborted) return;
    abort = null;
    if (!isPaused && !document.hidden) timer = setTimeout(run, everyMs);
  }

  function stop() {
    clearTimeout(timer);
    abort?.abort();
    abort = null;
  }

  document.addEventListener('visibilitychange', () => {
    if (document.hidden) stop();
    else if (!isPaused) void run();
  });

  return {
    run,
    setPaused(value) {
      isPaused = value;
      if (value) stop();
      else void run();
    },
  };
}

import { sleep, type Clock, type Logger } from '@syncline/chassis';

export interface Cached<T> {
  /**
   * The value, read again when it has aged; after `withinMs` the one before. Null when there is none or the last
   * reading failed.
   */
  get(withinMs: number): Promise<T | null>;
}

interface CachedOptions<T> {
  name: string;
  read(): Promise<T>;
  /** a younger value is not read again */
  freshMs: number;
  clock: Clock;
  logger: Logger;
}

/** What takes long to read is read seldom: it stays fresh for this many times as long as its reading took. */
const restFactor = 10;

/** A value that many pages ask for and that is dear to read: one reading at a time, and a slow source is asked less often. */
export function createCached<T>({ name, read, freshMs, clock, logger }: CachedOptions<T>): Cached<T> {
  let latest: { value: T | null; freshUntil: number } | null = null;
  let reading: Promise<void> | null = null;

  async function refresh(): Promise<void> {
    const startedAt = clock.now();
    const value = await read().catch((error: unknown) => {
      logger.warn(`${name} could not be read`, { error });
      return null;
    });
    const now = clock.now();
    latest = { value, freshUntil: now + Math.max(freshMs, restFactor * (now - startedAt)) };
    reading = null;
  }

  return {
    async get(withinMs) {
      if (latest !== null && clock.now() < latest.freshUntil) return latest.value;
      reading ??= refresh();
      const done = new AbortController();
      const finished = reading.then(() => done.abort());
      await Promise.race([finished, sleep(withinMs, done.signal)]);
      return latest?.value ?? null;
    },
  };
}

import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for a fact: runs `fact` again and again until it neither throws nor returns false, and returns what it returned.
 * @throws the last error of `fact`, or one that says how long it stayed false
 */
export async function eventually<T>(
  fact: () => T | Promise<T>,
  { withinMs = 10_000, everyMs = 25 }: { withinMs?: number; everyMs?: number } = {},
): Promise<Exclude<T, false>> {
  const end = performance.now() + withinMs;
  for (;;) {
    const late = performance.now() >= end;
    try {
      const value = await fact();
      if (value !== false) return value as Exclude<T, false>;
      if (late) throw new Error(`Still false after ${withinMs} ms: ${fact.toString()}`);
    } catch (error) {
      if (late) throw error;
    }
    await sleep(everyMs);
  }
}

import { setTimeout as sleep } from 'node:timers/promises';

/** A moment in ms that means the same in every process of this machine. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Does something `count` times, at an even pace; a late one is followed at once by the next. */
export async function paced(
  count: number,
  perSecond: number,
  act: (index: number) => Promise<unknown>,
): Promise<void> {
  const begin = performance.now();
  const acts: Promise<unknown>[] = [];
  for (let index = 0; index < count; index += 1) {
    const waitMs = begin + (index * 1000) / perSecond - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    acts.push(act(index));
  }
  await Promise.all(acts);
}

/**
 * Waits until something is so.
 * @returns whether it came to be within the limit
 */
export async function until(
  holds: () => Promise<boolean> | boolean,
  { withinMs, everyMs }: { withinMs: number; everyMs: number },
): Promise<boolean> {
  const end = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > end) return false;
    await sleep(everyMs);
  }
  return true;
}

import { isUnreachable, StoreUnavailable } from './failure.ts';

type Verbs = Record<string, (...args: never[]) => Promise<unknown>>;

/** How long a verb may take before its caller hears that the store is away. */
const defaultLimitMs = 5000;
/** For verbs that read or remove a lot: a filtered list scans its collection in the embedded store. */
export const longLimitMs = 20_000;

async function within<T>(name: string, limitMs: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new StoreUnavailable(`${name}: no answer from the store within ${String(limitMs)} ms`));
    }, limitMs);
  });
  try {
    return await Promise.race([work(), late]);
  } catch (error) {
    if (error instanceof StoreUnavailable || !isUnreachable(error)) throw error;
    throw new StoreUnavailable(`${name}: the store cannot be reached`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The same verbs, each with a limit on its time.
 *
 * The driver's own time-outs cannot promise one: selecting a server, waiting for a connection, sending and a retry add up.
 * What comes after the limit is dropped; a write may still happen, and every verb may be called again.
 * @param limitsMs for verbs that differ from `defaultLimitMs`
 * @throws StoreUnavailable from each of them
 */
export function bounded<T extends Verbs>(
  name: string,
  verbs: T,
  limitsMs: Partial<Record<keyof T, number>> = {},
): T {
  const entries = Object.entries(verbs).map(([verb, run]) => {
    const limitMs = limitsMs[verb as keyof T] ?? defaultLimitMs;
    return [verb, (...args: never[]) => within(`${name}.${verb}`, limitMs, () => run(...args))];
  });
  return Object.fromEntries(entries) as T;
}

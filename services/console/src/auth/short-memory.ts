import type { Clock } from '@syncline/chassis';

const mostKept = 2_000;

export interface ShortMemory<T> {
  get(key: string, read: () => Promise<T>): Promise<T>;
  /** All of it, and what is being read, too. */
  forget(): void;
}

/** Keeps what was read for a short time, so that a page that asks ten times a second reads the store once. */
export function createShortMemory<T>({ clock, freshMs }: { clock: Clock; freshMs: number }): ShortMemory<T> {
  let kept = new Map<string, { value: T; until: number }>();
  return {
    async get(key, read) {
      const found = kept.get(key);
      if (found !== undefined && clock.now() < found.until) return found.value;
      const keeping = kept;
      const value = await read();
      keeping.delete(key);
      keeping.set(key, { value, until: clock.now() + freshMs });
      const [oldest] = keeping.keys();
      if (keeping.size > mostKept && oldest !== undefined) keeping.delete(oldest);
      return value;
    },
    forget() {
      kept = new Map();
    },
  };
}

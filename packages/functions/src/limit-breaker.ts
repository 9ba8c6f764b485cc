/** A function that broke a limit this often in a row is not run for a while: it would hold up what others do. */
const mostInRow = 3;
const restMs = 30_000;
const maxKept = 1000;

interface Record {
  inRow: number;
  restsUntil: number;
}

/** Remembers which functions broke their limits of time or memory, by source. */
export class LimitBreaker {
  readonly #now: () => number;
  readonly #records = new Map<string, Record>();

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Is it resting? Once it has rested, one more break has it rest again. */
  isResting(source: string): boolean {
    return (this.#records.get(source)?.restsUntil ?? 0) > this.#now();
  }

  note(source: string, broke: boolean): void {
    const before = this.#records.get(source);
    this.#records.delete(source);
    if (!broke) return;
    const inRow = (before?.inRow ?? 0) + 1;
    if (this.#records.size >= maxKept) this.#records.delete(this.#records.keys().next().value ?? '');
    this.#records.set(source, { inRow, restsUntil: inRow < mostInRow ? 0 : this.#now() + restMs });
  }
}

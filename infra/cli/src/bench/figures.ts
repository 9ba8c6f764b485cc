/** The most that this machine allows of a figure, and what that was measured on. */
export interface Limit {
  value: number;
  what: string;
}

/** What a figure is. */
export interface FigureKind {
  /** its name in the JSON; unique in its scenario */
  id: string;
  label: string;
  unit: string;
  limit?: Limit | undefined;
}

/** One thing that was measured, once for each run. */
export interface Figure extends FigureKind {
  values: number[];
}

/** Collects what each run measured, in the order in which the figures came first. */
export class Sheet {
  readonly #figures = new Map<string, Figure>();

  add(kind: FigureKind, value: number): void {
    const figure = this.#figures.get(kind.id) ?? { ...kind, values: [] };
    figure.values.push(value);
    this.#figures.set(kind.id, figure);
  }

  figures(): Figure[] {
    return [...this.#figures.values()];
  }
}

/** The middle value; of an even number of them the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** The value that a share of all values does not exceed (nearest rank), from 0 to 1. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

/** Three digits are more than such figures mean: `12,300`, `45.6`, `0.123`. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (value === 0) return '0';
  const rounded = Number(value.toPrecision(3));
  return Math.abs(rounded) >= 1000 ? rounded.toLocaleString('en-US') : String(rounded);
}

/** `1,230 (1,100..1,400)`; the value alone when there was one run */
export function medianText({ values }: Pick<Figure, 'values'>): string {
  const middle = shortNumber(median(values));
  if (values.length < 2) return middle;
  return `${middle} (${shortNumber(Math.min(...values))}..${shortNumber(Math.max(...values))})`;
}

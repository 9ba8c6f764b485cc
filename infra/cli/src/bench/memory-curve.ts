import { tableOf } from '../output.ts';
import { median } from './figures.ts';

/** Resident memory of processes over time. */
export interface Curve {
  everyMs: number;
  /** MB, by process, one value for each sample */
  megabytes: Record<string, number[]>;
}

export interface Growth {
  process: string;
  /** the first sample */
  start: number;
  /** the median of each part of the run */
  parts: number[];
  most: number;
  /** MB; medians just after the warm-up and at the end */
  afterWarmUp: number;
  end: number;
  /** share of what it was after the warm-up */
  growth: number;
}

/** A sample says little by itself, as memory is given back in bursts: so many make one value. */
const endShare = 0.1;
/** Caches, compiled code and heaps have found their size by then. */
export const warmUpShare = 0.25;

/** What the curve of each process comes to, in so many parts. */
export function growthOf({ megabytes }: Curve, parts: number): Growth[] {
  return Object.entries(megabytes).map(([process, values]) => {
    const size = Math.max(1, Math.round(values.length * endShare));
    const warm = Math.round(values.length * warmUpShare);
    const afterWarmUp = median(values.slice(warm, warm + size));
    const end = median(values.slice(-size));
    return {
      process,
      start: values[0] ?? NaN,
      parts: Array.from({ length: parts }, (_, part) =>
        median(values.slice(...partOf(values.length, part, parts))),
      ),
      most: Math.max(...values),
      afterWarmUp,
      end,
      growth: (end - afterWarmUp) / afterWarmUp,
    };
  });
}

function partOf(length: number, part: number, parts: number): [number, number] {
  const from = Math.floor((part * length) / parts);
  return [from, Math.max(from + 1, Math.floor(((part + 1) * length) / parts))];
}

/** A line for each process: memory at the start, in each part, and how much it grew after the warm-up. */
export function curveTable(curve: Curve, parts: number): string {
  const minutes =
    (Math.max(...Object.values(curve.megabytes).map((it) => it.length)) * curve.everyMs) / 60_000;
  const titles = Array.from({ length: parts }, (_, part) => (((part + 1) * minutes) / parts).toFixed(1));
  const rows = growthOf(curve, parts).map(({ process, start, parts: medians, most, growth }) => [
    process,
    ...[start, ...medians, most].map((value) => String(Math.round(value))),
    `${growth >= 0 ? '+' : ''}${(growth * 100).toFixed(1)} %`,
  ]);
  return tableOf(['process', 'start', ...titles.map((title) => `${title} min`), 'most', 'growth'], rows);
}

import { median, type Limit } from '../figures.ts';
import type { Bench } from '../scenario.ts';

/** of the warm-up, in parts of a run */
const warmUpShare = 0.5;

/**
 * Runs something once to warm up and then as often as was asked for.
 * @param run is told how long to take, and whether it counts
 */
export async function repeat(
  { options: { seconds, runs } }: Bench,
  run: (seconds: number, counts: boolean) => Promise<void>,
): Promise<void> {
  await run(Math.max(1, seconds * warmUpShare), false);
  for (let done = 0; done < runs; done += 1) await run(seconds, true);
}

/**
 * The median of another scenario's figure as a limit, if it was measured in this run.
 * @param id `raw-http/node-64`
 */
export function limitFrom({ found }: Bench, id: string, what: string): Limit | undefined {
  const figure = found.get(id);
  return figure === undefined ? undefined : { value: median(figure.values), what };
}

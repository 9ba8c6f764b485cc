/** Seconds before a process that died is started again, by how often it died in a row; the last one stays. */
const restartDelaysMs: readonly number[] = [1000, 2000, 5000, 10_000, 30_000];

/** A run that lasted this long was a good one: the next death counts as the first. */
export const goodRunMs = 60_000;

/** How many deaths in a row, now that a run of `aliveMs` ended. */
export function deathsInRow(before: number, aliveMs: number): number {
  return aliveMs >= goodRunMs ? 1 : before + 1;
}

/** The delay after that many deaths in a row. */
export function restartDelayMs(deaths: number): number {
  const index = Math.min(Math.max(deaths, 1), restartDelaysMs.length) - 1;
  return restartDelaysMs[index] ?? 0;
}

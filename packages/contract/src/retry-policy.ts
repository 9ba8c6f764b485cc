const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Delays before each retry of a transient failure (design, "Failures are classed"). A data center may set its own. */
export const defaultRetryDelaysMs: readonly number[] = [
  5 * second,
  30 * second,
  2 * minute,
  10 * minute,
  30 * minute,
  2 * hour,
  6 * hour,
  12 * hour,
];

/** Each delay is spread by this share up and down, so that failures of one moment do not return together. */
export const retryJitter = 0.2;

/**
 * The delay before the attempt after `attempts` failed ones, or null when they are spent.
 * @param random in [0, 1), decides the jitter
 */
export function retryDelayMs(delaysMs: readonly number[], attempts: number, random: number): number | null {
  const delay = delaysMs[attempts - 1];
  return delay === undefined ? null : Math.round(delay * (1 - retryJitter + 2 * retryJitter * random));
}

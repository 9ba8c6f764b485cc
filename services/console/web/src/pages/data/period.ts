const minute = 60_000;

export const periods = [
  { key: '15m', ms: 15 * minute },
  { key: '1h', ms: 60 * minute },
  { key: '24h', ms: 24 * 60 * minute },
  { key: '7d', ms: 7 * 24 * 60 * minute },
] as const;

/** When a period began, in whole minutes, so that a list keeps its address while someone reads it. */
export function startOf(key: string, now = Date.now()): number | null {
  const period = periods.find((one) => one.key === key);
  return period === undefined ? null : Math.floor((now - period.ms) / minute) * minute;
}

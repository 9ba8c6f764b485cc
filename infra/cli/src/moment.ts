import { Refused } from './refused.ts';

/**
 * A moment as a person types it: a day by the clocks of this machine, ISO 8601 with a zone, or ms since the epoch.
 * @throws Refused naming the option
 */
export function momentOf(text: string, option: string): number {
  if (/^\d{9,15}$/.test(text)) return Number(text);
  const day = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  const at =
    day !== null
      ? startOf(Number(day[1]), Number(day[2]), Number(day[3]))
      : /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(text)
        ? Date.parse(text)
        : NaN;
  if (!Number.isNaN(at)) return at;
  throw new Refused(
    `${option} ${text} is no time: give a day (2026-01-31), a time with its zone (2026-01-31T10:00:00Z) or ms.`,
    2,
  );
}

/** NaN for a day that no month has. */
function startOf(year: number, month: number, day: number): number {
  const date = new Date(year, month - 1, day);
  return date.getMonth() === month - 1 ? date.getTime() : NaN;
}

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * A length of time as a person types it: `90d`, `12h`, `30m`, `45s`.
 * @throws Refused naming the option
 */
export function durationMs(text: string, option: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,5})([smhd])$/.exec(text) ?? [];
  const ms = unitMs[unit];
  if (ms !== undefined) return Number(digits) * ms;
  throw new Refused(`${option} ${text} is no length of time: give 90d, 12h, 30m or 45s.`, 2);
}

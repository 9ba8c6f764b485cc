import { CronExpressionParser } from 'cron-parser';
import type { SlotSchedule } from '../catalog.ts';
import { nextSlot, shortestGap } from './slots.ts';

/** ShareCRM's own limit. */
const mostMinutes = 10;
const leastGapMinutes = 6;
const number = String.raw`(?:\*|\d{1,2}(?:-\d{1,2})?)(?:/\d{1,2})?`;
const name = String.raw`(?:[A-Za-z]{3}(?:-[A-Za-z]{3})?)`;
const numbers = String.raw`${number}(?:,${number})*`;
const numbersOrNames = String.raw`(?:${number}|${name})(?:,(?:${number}|${name}))*`;
/** No seconds, and none of the letters and signs by which parsers differ. */
const fiveFields = new RegExp(
  String.raw`^${numbers}\s+${numbers}\s+${numbers}\s+${numbersOrNames}\s+${numbersOrNames}$`,
);

const expectedFields =
  'a cron expression of five fields: minute, hour, day of month, month, weekday, such as */10 8-19 * * 1-5';

/** What was read, or what was expected instead. */
export type CronRead = { schedule: SlotSchedule } | { expected: string };

/** Reads a cron expression of five fields. Its minutes are at most ten, and 6 minutes apart unless fast polls are allowed. */
export function readCron(text: string, allowFastPoll: boolean): CronRead {
  const cron = text.trim().replace(/\s+/g, ' ');
  const schedule = fiveFields.test(cron) ? parsed(cron) : null;
  if (schedule === null) return { expected: expectedFields };
  const minutes = [...new Set(schedule.times.map((it) => it % 60))];
  if (minutes.length > mostMinutes)
    return {
      expected: `at most ${String(mostMinutes)} values in the minute field (it has ${String(minutes.length)})`,
    };
  const gap = shortestGap(minutes, 60);
  if (!allowFastPoll && gap < leastGapMinutes)
    return {
      expected: `at least ${String(leastGapMinutes)} minutes between the minutes, over the hour too (two are ${String(gap)} apart)`,
    };
  if (nextSlot(schedule, 'UTC', 0) === null) return { expected: 'a date that occurs' };
  return { schedule };
}

function parsed(cron: string): SlotSchedule | null {
  try {
    const { fields } = CronExpressionParser.parse(cron, { tz: 'UTC' });
    const [, , day, month, weekday] = cron.split(' ');
    const times = numbersOf(fields.hour.values).flatMap((hour) =>
      numbersOf(fields.minute.values).map((minute) => hour * 60 + minute),
    );
    return {
      kind: 'slots',
      times,
      daysOfMonth: day === '*' ? null : numbersOf(fields.dayOfMonth.values),
      months: month === '*' ? null : numbersOf(fields.month.values),
      // Sunday is 0 and 7.
      weekdays: weekday === '*' ? null : numbersOf(fields.dayOfWeek.values.map((it) => Number(it) % 7)),
      cron,
    };
  } catch {
    return null;
  }
}

function numbersOf(values: readonly (number | string)[]): number[] {
  return [...new Set(values.map(Number))].sort((a, b) => a - b);
}

import type { BetweenSchedule, SlotSchedule } from '../catalog.ts';
import { dayClock, dayMs, dayOf, minuteMs, wallOf } from './zone.ts';

/** ShareCRM's own limit (spec 3). */
export const leastGapMs = 6 * minuteMs;
/** From one 29 February to the next over a year that is none, such as 2100. */
const farthestDays = 8 * 366 + 2;
/** A shifted slot has its effect on the ones right behind it, so a day of run-up is enough; a skipped day takes one more. */
const runUpDays = 2;
const hoursOfDay = 24;

/** The shortest time between two of these minutes of a `cycle` (60 or 1440), over its end too. */
export function shortestGap(minutes: readonly number[], cycle: number): number {
  const sorted = [...minutes].sort((a, b) => a - b);
  const gaps = sorted.map((it, index) => (sorted[index + 1] ?? (sorted[0] ?? it) + cycle) - it);
  return Math.min(cycle, ...gaps);
}

/**
 * The first slot after an instant, or null when there is none in the next eight years.
 *
 * Where clocks are set forward over a slot it moves by as much (02:30 runs at 03:30); where they are set back it runs the
 * first time only, unless the schedule has a slot in each hour: then the hour that comes twice is like any other. Slots
 * that such a day brings closer together than 6 minutes (or than the schedule itself has them) are one.
 */
export function nextSlot(schedule: SlotSchedule, zone: string, after: number): number | null {
  const first = dayOf(wallOf(after, zone)) - runUpDays * dayMs;
  const gapMs = Math.min(leastGapMs, shortestGap(schedule.times, hoursOfDay * 60) * minuteMs);
  let near: number[] = [];
  let isFound = false;
  for (let index = 0; index < farthestDays; index += 1) {
    const slots = slotsOfDay(first + index * dayMs, schedule, zone);
    near = [...near, ...slots];
    // One more day is looked at: a slot that moved over midnight comes after the first ones there.
    if (isFound) {
      const found = apart(near, gapMs).find((at) => at > after);
      if (found !== undefined) return found;
    }
    isFound = near.some((at) => at > after);
    if (!isFound && index >= runUpDays) near = slots;
  }
  return null;
}

function slotsOfDay(day: number, schedule: SlotSchedule, zone: string): number[] {
  if (!isOn(day, schedule)) return [];
  const clock = dayClock(day, zone);
  const isHourly = new Set(schedule.times.map((it) => Math.floor(it / 60))).size === hoursOfDay;
  return schedule.times.flatMap((minutes) => {
    const instants = clock.instantsOf(day + minutes * minuteMs);
    return isHourly ? instants : instants.slice(0, 1);
  });
}

/** As cron has it: with days of the month and weekdays both, either is enough. */
function isOn(day: number, { daysOfMonth, months, weekdays }: SlotSchedule): boolean {
  const date = new Date(day);
  if (months !== null && !months.includes(date.getUTCMonth() + 1)) return false;
  if (daysOfMonth === null && weekdays === null) return true;
  const isMonthDay = daysOfMonth?.includes(date.getUTCDate()) ?? false;
  return isMonthDay || (weekdays?.includes(date.getUTCDay()) ?? false);
}

/** In order, without those that come less than `gapMs` after one that stays. */
function apart(instants: readonly number[], gapMs: number): number[] {
  const kept: number[] = [];
  for (const at of [...instants].sort((a, b) => a - b))
    if (at - (kept.at(-1) ?? -Infinity) >= gapMs) kept.push(at);
  return kept;
}

/** The first instant from `at` on that lies in the daily window, whose end is exclusive. */
export function nextInside(schedule: BetweenSchedule, zone: string, at: number): number {
  if (isInside(at, schedule, zone)) return at;
  const today = dayOf(wallOf(at, zone));
  const begins = Array.from({ length: 6 }, (_, index) => today + (index - 1) * dayMs).flatMap((day) =>
    dayClock(day, zone).instantsOf(day + schedule.from * minuteMs),
  );
  // Not inside: the clocks were set forward over the whole window, and that day has none.
  return begins.find((begin) => begin >= at && isInside(begin, schedule, zone)) ?? at + dayMs;
}

function isInside(at: number, { from, to }: BetweenSchedule, zone: string): boolean {
  const wall = wallOf(at, zone);
  const minutes = (wall - dayOf(wall)) / minuteMs;
  return minutes >= from && minutes < to;
}

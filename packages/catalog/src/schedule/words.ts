import type { Poll, SlotSchedule } from '../catalog.ts';

export const weekdayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/** `480` → `08:00` */
function clockText(minutes: number): string {
  return [Math.floor(minutes / 60), minutes % 60].map((it) => String(it).padStart(2, '0')).join(':');
}

function everyText(everyMs: number): string {
  const [amount, unit] = everyMs < 60_000 ? [everyMs / 1000, 'second'] : [everyMs / 60_000, 'minute'];
  return amount === 1 ? `every ${unit}` : `every ${String(amount)} ${unit}s`;
}

function slotsText({ times, daysOfMonth, months, weekdays, cron }: SlotSchedule): string {
  const minutes = [...new Set(times.map((it) => it % 60))];
  const hours = [...new Set(times.map((it) => Math.floor(it / 60)))];
  const clock =
    times.length <= 6
      ? times.map(clockText).join(', ')
      : `minutes ${minutes.join(', ')} of ${hours.length === 24 ? 'every hour' : `hours ${hours.join(', ')}`}`;
  const days = [
    ...(weekdays === null ? [] : [weekdays.map((it) => weekdayNames[it] ?? '').join(', ')]),
    ...(daysOfMonth === null ? [] : [`days ${daysOfMonth.join(', ')} of the month`]),
  ].join(' and on ');
  const on = days === '' ? 'daily' : `on ${days}`;
  const inMonths = months === null ? '' : `, in months ${months.join(', ')}`;
  return `${on} at ${clock}${inMonths}${cron === null ? '' : ` (cron ${cron})`}`;
}

/** A schedule in words, without its zone: `every 6 minutes from 08:00 to 20:00`. */
export function scheduleText({ everyMs, schedule }: Pick<Poll, 'everyMs' | 'schedule'>): string {
  if (schedule === undefined) return everyText(everyMs);
  if (schedule.kind === 'slots') return slotsText(schedule);
  return `${everyText(everyMs)} from ${clockText(schedule.from)} to ${clockText(schedule.to)}`;
}

/** `daily at 02:00, 30 days back` */
export function sweepText({ schedule, days }: NonNullable<Poll['sweep']>): string {
  return days === null ? slotsText(schedule) : `${slotsText(schedule)}, ${String(days)} days back`;
}

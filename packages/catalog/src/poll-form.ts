import { z } from 'zod';
import type { SlotSchedule } from './catalog.ts';
import { choice, form, list, moment, number, whole } from './form-parts.ts';
import { readCron } from './schedule/cron.ts';
import { shortestGap } from './schedule/slots.ts';
import { weekdayNames } from './schedule/words.ts';

const maxPollMinutes = 10_080;
/** ShareCRM's own limit (spec 3). */
const minPollMinutes = 6;
const minutesOfDay = 24 * 60;

/** `08:00`, as minutes of the day; 24:00 only ends something. */
function clockTime(expected: string, pattern: RegExp) {
  // What is no time must not be compared with others.
  return z
    .string(expected)
    .regex(pattern, { error: expected, abort: true })
    .transform((text) => {
      const [hours = 0, minutes = 0] = text.split(':').map(Number);
      return hours * 60 + minutes;
    });
}

const time = clockTime('a time of day such as "08:00"', /^(?:[01]\d|2[0-3]):[0-5]\d$/);
const endTime = clockTime(
  'a time of day such as "20:00", at most "24:00"',
  /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/,
);
const between = z
  .tuple([time, endTime], 'a begin and an end such as ["08:00", "20:00"]')
  .refine(([from, to]) => from < to, 'an end after the begin, on the same day');
const weekdays = list(choice(weekdayNames), 'weekdays')
  .min(1, 'at least one weekday')
  .transform((names) => sorted(names.map((it) => weekdayNames.indexOf(it))));
const daysOfMonth = list(whole(1, 31), 'days of the month').min(1, 'at least one day').transform(sorted);

function sorted(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

/** The keys of a schedule with slots, which polls and sweeps share. */
function slotKeys(allowFastPoll: boolean) {
  const gap = `times that are at least ${String(minPollMinutes)} minutes apart, over midnight too`;
  const isApart = (times: number[]): boolean =>
    new Set(times).size === times.length &&
    (allowFastPoll || shortestGap(times, minutesOfDay) >= minPollMinutes);
  return {
    dailyAt: list(time, 'times of day').min(1, 'at least one time of day').refine(isApart, gap).optional(),
    weekdays: weekdays.optional(),
    daysOfMonth: daysOfMonth.optional(),
    cron: z
      .string('a cron expression of five fields')
      .transform((text, context): SlotSchedule => {
        const read = readCron(text, allowFastPoll);
        if ('schedule' in read) return read.schedule;
        context.addIssue({ code: 'custom', message: read.expected });
        return z.NEVER;
      })
      .optional(),
  };
}

interface SlotForm {
  dailyAt?: number[] | undefined;
  weekdays?: number[] | undefined;
  daysOfMonth?: number[] | undefined;
  cron?: SlotSchedule | undefined;
}

/** The schedule with slots that a form names; undefined when it names none. */
export function slotScheduleFrom(form: SlotForm): SlotSchedule | undefined {
  const { dailyAt, weekdays = null, daysOfMonth = null, cron } = form;
  if (dailyAt === undefined) return cron;
  return { kind: 'slots', times: sorted(dailyAt), weekdays, daysOfMonth, months: null, cron: null };
}

type Refuse = (key: string, message: string) => void;

function refuserOf(context: z.RefinementCtx): Refuse {
  return (key, message) => {
    context.addIssue({ code: 'custom', path: [key], message });
  };
}

function checkDays(form: SlotForm, refuse: Refuse): void {
  for (const key of ['weekdays', 'daysOfMonth'] as const)
    if (form[key] !== undefined && form.dailyAt === undefined)
      refuse(key, 'dailyAt beside it: the times of those days');
}

function sweepOf(allowFastPoll: boolean) {
  return form({
    ...slotKeys(allowFastPoll),
    days: number('days from 1 to 36500', 1, 36_500).nullable().default(null),
  }).superRefine((sweep, context) => {
    checkDays(sweep, refuserOf(context));
    const given = [sweep.dailyAt, sweep.cron].filter((it) => it !== undefined);
    if (given.length !== 1) context.addIssue({ code: 'custom', message: 'exactly one of dailyAt and cron' });
  });
}

const rhythms = ['everyMinutes', 'everySeconds', 'dailyAt', 'cron'] as const;

export function pollOf(allowFastPoll: boolean) {
  const minMinutes = allowFastPoll ? 0.001 : minPollMinutes;
  const minutes = `minutes from ${String(minMinutes)} to ${String(maxPollMinutes)}`;
  return form({
    everyMinutes: number(minutes, minMinutes, maxPollMinutes).optional(),
    everySeconds: number('seconds from 0.1 to 86400', 0.1, 86_400).optional(),
    between: between.optional(),
    ...slotKeys(allowFastPoll),
    fullSweep: sweepOf(allowFastPoll).nullish(),
    pageSize: whole(1, 10_000).default(100),
    overlapSeconds: number('seconds from 0 to 604800', 0, 604_800).default(120),
    lagSeconds: number('seconds from 0 to 604800', 0, 604_800).default(0),
    startFrom: moment.nullable().default(null),
    sliceHours: number('hours from 1 to 8784', 1, 8_784).optional(),
  }).superRefine((poll, context) => {
    const refuse = refuserOf(context);
    checkDays(poll, refuse);
    if (poll.everySeconds !== undefined && !allowFastPoll)
      refuse('everySeconds', 'everyMinutes (seconds need SYNCLINE_ALLOW_FAST_POLL=1)');
    const [first, second] = rhythms.filter((key) => poll[key] !== undefined);
    if (first !== undefined && second !== undefined) refuse(second, `one of ${rhythms.join(', ')}`);
    const hasSlots = slotScheduleFrom(poll) !== undefined;
    if (poll.between !== undefined && hasSlots)
      refuse('between', 'everyMinutes beside it, not times of its own');
  });
}

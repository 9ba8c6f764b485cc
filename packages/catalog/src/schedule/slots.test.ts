import fc from 'fast-check';
import type { SlotSchedule } from '../catalog.ts';
import { readCron } from './cron.ts';
import { leastGapMs, nextInside, nextSlot, shortestGap } from './slots.ts';
import { minuteMs, wallOf } from './zone.ts';

const newYork = 'America/New_York';
const dayMs = 24 * 3_600_000;

const at = (...times: string[]): SlotSchedule => ({
  kind: 'slots',
  times: times.map((it) => Number(it.slice(0, 2)) * 60 + Number(it.slice(3))),
  daysOfMonth: null,
  months: null,
  weekdays: null,
  cron: null,
});

function cron(text: string): SlotSchedule {
  const read = readCron(text, true);
  if ('schedule' in read) return read.schedule;
  throw new Error(read.expected);
}

/** The slots from an instant on, as the zone's clocks show them. */
function slots(schedule: SlotSchedule, zone: string, from: string, count: number): string[] {
  const found: string[] = [];
  for (let after = Date.parse(from); found.length < count;) {
    after = nextSlot(schedule, zone, after) ?? NaN;
    if (Number.isNaN(after)) return [...found, 'none'];
    const wall = new Date(wallOf(after, zone)).toISOString().slice(5, 16);
    const hours = (wallOf(after, zone) - after) / 3_600_000;
    found.push(`${wall}${hours < 0 ? '' : '+'}${String(hours)}`);
  }
  return found;
}

describe('slots of a day on which clocks are set forward', () => {
  it('hold a job of the missing hour once, as far behind the change', () => {
    expect(slots(at('02:30'), newYork, '2026-03-07T12:00Z', 3)).toEqual([
      '03-08T03:30-4',
      '03-09T02:30-4',
      '03-10T02:30-4',
    ]);
    expect(slots(at('00:00'), 'Africa/Cairo', '2026-04-23T12:00Z', 2)).toEqual([
      '04-24T01:00+3',
      '04-25T00:00+3',
    ]);
    expect(slots(at('02:15'), 'Australia/Lord_Howe', '2026-10-03T00:00Z', 2)[0]).toBe('10-04T02:45+11');
  });

  it('make one of what would come at the same time or too close', () => {
    expect(slots(at('02:30', '03:30'), newYork, '2026-03-08T05:30Z', 2)).toEqual([
      '03-08T03:30-4',
      '03-09T02:30-4',
    ]);
    expect(slots(at('01:58', '03:00'), newYork, '2026-03-08T05:30Z', 2)).toEqual([
      '03-08T01:58-5',
      '03-09T01:58-4',
    ]);
    expect(slots(cron('*/20 * * * *'), newYork, '2026-03-08T06:30Z', 3)).toEqual([
      '03-08T01:40-5',
      '03-08T03:00-4',
      '03-08T03:20-4',
    ]);
  });

  it('keep the job of a day that a zone skips', () => {
    expect(slots(at('10:00'), 'Pacific/Apia', '2011-12-29T00:00Z', 3)).toEqual([
      '12-29T10:00-10',
      '12-31T10:00+14',
      '01-01T10:00+14',
    ]);
  });
});

describe('slots of a day on which clocks are set back', () => {
  it('hold a job of the hour that comes twice once, whenever it is asked for', () => {
    expect(slots(at('01:30'), newYork, '2026-10-31T12:00Z', 2)).toEqual(['11-01T01:30-4', '11-02T01:30-5']);
    expect(slots(at('01:30'), newYork, '2026-11-01T05:45Z', 1)).toEqual(['11-02T01:30-5']);
  });

  it('go on through both where there is one in each hour', () => {
    expect(slots(cron('*/30 * * * *'), newYork, '2026-11-01T04:45Z', 5)).toEqual([
      '11-01T01:00-4',
      '11-01T01:30-4',
      '11-01T01:00-5',
      '11-01T01:30-5',
      '11-01T02:00-5',
    ]);
  });
});

describe('the days of slots', () => {
  it('are those of the month or of the week, either is enough', () => {
    const schedule = { ...at('09:00'), daysOfMonth: [1, 15], weekdays: [1] };
    expect(slots(schedule, 'Asia/Shanghai', '2026-11-10T00:00Z', 4)).toEqual([
      '11-15T09:00+8',
      '11-16T09:00+8',
      '11-23T09:00+8',
      '11-30T09:00+8',
    ]);
  });

  it('pass over months that are too short, and over years without a 29 February', () => {
    expect(slots({ ...at('00:00'), daysOfMonth: [31] }, 'UTC', '2026-04-01T00:00Z', 2)).toEqual([
      '05-31T00:00+0',
      '07-31T00:00+0',
    ]);
    expect(nextSlot(cron('0 0 29 2 *'), 'UTC', Date.UTC(2097, 0, 1))).toBe(Date.UTC(2104, 1, 29));
  });
});

const zone = fc.constantFrom(
  'UTC',
  'Asia/Shanghai',
  'Asia/Kathmandu',
  newYork,
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'Africa/Cairo',
);
const minuteSets = fc
  .uniqueArray(fc.nat({ max: 59 }), { minLength: 1, maxLength: 10 })
  .filter((it) => shortestGap(it, 60) * minuteMs >= leastGapMs);
const hourSets = fc.oneof(
  fc.constant('*'),
  fc.uniqueArray(fc.nat({ max: 23 }), { minLength: 1 }).map((it) => it.join()),
);
const crons = fc
  .tuple(minuteSets, hourSets, fc.constantFrom('*', '1', '1,15', '*/3'), fc.constantFrom('*', '1-5', '0'))
  .map(([minutes, hours, day, weekday]) => cron(`${minutes.join()} ${hours} ${day} * ${weekday}`));
/** Near the changes of clocks in 2026, and anywhere. */
const instants = fc.oneof(
  fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) }),
  fc
    .tuple(
      fc.constantFrom(
        Date.UTC(2026, 2, 8),
        Date.UTC(2026, 2, 29),
        Date.UTC(2026, 3, 4),
        Date.UTC(2026, 3, 24),
        Date.UTC(2026, 9, 3),
        Date.UTC(2026, 9, 25),
        Date.UTC(2026, 10, 1),
      ),
      fc.integer({ min: -dayMs, max: 2 * dayMs }),
    )
    .map(([day, more]) => day + more),
);

describe('any slots', () => {
  it('are the minutes that the expression names, where no clock is changed', () => {
    const steady = fc.constantFrom('UTC', 'Asia/Shanghai', 'Asia/Kathmandu');
    fc.assert(
      fc.property(crons, steady, instants, (schedule, place, after) => {
        const found = nextSlot(schedule, place, after) ?? NaN;
        const isSlot = (it: number): boolean => {
          const date = new Date(wallOf(it, place));
          const { daysOfMonth: days, weekdays } = schedule;
          const isDay = days?.includes(date.getUTCDate()) ?? false;
          const isWeekday = weekdays?.includes(date.getUTCDay()) ?? false;
          const isOn = days === null && weekdays === null ? true : isDay || isWeekday;
          return isOn && schedule.times.includes(date.getUTCHours() * 60 + date.getUTCMinutes());
        };
        expect(isSlot(found)).toBe(true);
        const firstMinute = Math.floor(after / minuteMs) * minuteMs + minuteMs;
        const limit = Math.min(found, firstMinute + 2 * dayMs);
        for (let it = firstMinute; it < limit; it += minuteMs) expect(isSlot(it)).toBe(false);
      }),
      { numRuns: 30 },
    );
  });

  it('come after the instant, are at least 6 minutes apart, and the same wherever one begins to look', () => {
    fc.assert(
      fc.property(crons, zone, instants, fc.nat({ max: 100 }), (schedule, place, after, percent) => {
        let before: number | null = null;
        let from = after;
        for (let count = 0; count < 12; count += 1) {
          const slot = nextSlot(schedule, place, from) ?? NaN;
          expect(slot).toBeGreaterThan(from);
          if (before !== null) expect(slot - before).toBeGreaterThanOrEqual(leastGapMs);
          const between = from + Math.floor(((slot - 1 - from) * percent) / 100);
          expect(nextSlot(schedule, place, between)).toBe(slot);
          [before, from] = [slot, slot];
        }
      }),
      { numRuns: 60 },
    );
  });

  it('give each day of a daily job one run, on days of changes too', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1439 }), zone, instants, (minute, place, after) => {
        const schedule = { ...at(), times: [minute] };
        let slot = nextSlot(schedule, place, after) ?? NaN;
        for (let count = 0; count < 5; count += 1) {
          const next = nextSlot(schedule, place, slot) ?? NaN;
          // A day has 23 to 25 hours, and a slot moves by no more than an hour.
          expect(Math.abs(next - slot - dayMs)).toBeLessThanOrEqual(2 * 3_600_000);
          const days = [slot, next].map((it) => Math.floor((wallOf(it, place) - 3_600_000) / dayMs));
          expect((days[1] ?? 0) - (days[0] ?? 0)).toBeLessThanOrEqual(2);
          slot = next;
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('a daily window', () => {
  const office = { kind: 'between', from: 8 * 60, to: 20 * 60 } as const;

  it('holds its begin and not its end', () => {
    const inside = (time: string): string =>
      new Date(nextInside(office, 'Asia/Shanghai', Date.parse(`${time}+08:00`))).toISOString();
    expect(inside('2026-11-24T07:59:59.999')).toBe('2026-11-24T00:00:00.000Z');
    expect(inside('2026-11-24T08:00:00.000')).toBe('2026-11-24T00:00:00.000Z');
    expect(inside('2026-11-24T19:59:59.999')).toBe('2026-11-24T11:59:59.999Z');
    expect(inside('2026-11-24T20:00:00.000')).toBe('2026-11-25T00:00:00.000Z');
  });

  it('passes over a day whose clocks skip it whole', () => {
    const skipped = { kind: 'between', from: 130, to: 150 } as const;
    const found = nextInside(skipped, newYork, Date.parse('2026-03-08T06:00Z'));
    expect(new Date(found).toISOString()).toBe('2026-03-09T06:10:00.000Z');
  });

  it('is entered as soon as it opens, whatever the clocks do', () => {
    const windows = fc
      .tuple(fc.nat({ max: 1379 }), fc.integer({ min: 61, max: 1440 }))
      .map(([from, length]) => ({ kind: 'between' as const, from, to: Math.min(1440, from + length) }));
    fc.assert(
      fc.property(windows, zone, instants, (schedule, place, from) => {
        const found = nextInside(schedule, place, from);
        expect(found).toBeGreaterThanOrEqual(from);
        expect(found - from).toBeLessThanOrEqual(dayMs + 2 * 3_600_000);
        const wall = (((wallOf(found, place) / minuteMs) % 1440) + 1440) % 1440;
        expect(wall >= schedule.from && wall < schedule.to).toBe(true);
        expect(nextInside(schedule, place, found)).toBe(found);
      }),
      { numRuns: 100 },
    );
  });
});

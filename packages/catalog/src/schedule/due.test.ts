import fc from 'fast-check';
import { readCron } from './cron.ts';
import { dueAt, dueInMs, retryDelayMs, sweepDueAt, type Timing, type Tries } from './due.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const now = Date.UTC(2026, 10, 24, 7);
const untried: Tries = { triedAt: null, servedAt: null, failures: 0 };

function timing(cron: string, timeZone = 'UTC'): Timing {
  const read = readCron(cron, false);
  if ('expected' in read) throw new Error(read.expected);
  return { everyMs: hourMs, schedule: read.schedule, timeZone };
}

const office: Timing = {
  everyMs: 10 * minuteMs,
  schedule: { kind: 'between', from: 480, to: 1200 },
  timeZone: 'Asia/Shanghai',
};

describe('a task without a schedule', () => {
  it('is due everyMs after its last try, and at once when there was none', () => {
    expect(dueInMs({ triedAt: null, failures: 0 }, 360_000, now)).toBe(0);
    expect(dueInMs({ triedAt: now - 100_000, failures: 0 }, 360_000, now)).toBe(260_000);
    expect(dueInMs({ triedAt: now - 360_000, failures: 0 }, 360_000, now)).toBe(0);
    const due = dueAt({ everyMs: 360_000, timeZone: 'UTC' }, { ...untried, triedAt: now - 100_000 }, now);
    expect(due).toBe(now + 260_000);
  });

  it('is due at once when its last try lies in the future', () => {
    expect(dueInMs({ triedAt: now + hourMs, failures: 0 }, 360_000, now)).toBe(0);
    expect(dueInMs({ triedAt: now + 2_000, failures: 0 }, 360_000, now)).toBe(362_000);
  });

  it('that failed is tried again after 10 s, then later and later, at most every 10 min', () => {
    const delays = [1, 2, 3, 7, 8, 50].map((failures) => retryDelayMs(failures, 360_000) / 1000);
    expect(delays).toEqual([10, 20, 40, 600, 600, 600]);
    expect(retryDelayMs(1, 1_000)).toBe(1_000);
    expect(retryDelayMs(50, hourMs)).toBe(hourMs);
  });
});

describe('a task with slots', () => {
  it('is due at the first slot after the begin of its last run', () => {
    expect(dueAt(timing('0 2 * * *'), { ...untried, servedAt: now }, now)).toBe(Date.UTC(2026, 10, 25, 2));
  });

  it('is due for a slot that came while it ran', () => {
    const tries = { ...untried, servedAt: now - hourMs - 1, triedAt: now + 5_000 };
    expect(dueAt(timing('0 * * * *'), tries, now + 6_000)).toBe(now - hourMs);
  });

  it('that failed is tried again soon', () => {
    const tries = { triedAt: now, servedAt: now - 24 * hourMs, failures: 50 };
    expect(dueAt(timing('0 7 * * *'), tries, now)).toBe(now + 10 * minuteMs);
  });

  it('is due at once when its last run began in the future', () => {
    expect(dueAt(timing('0 2 * * *'), { ...untried, servedAt: now + hourMs }, now)).toBe(now);
  });

  it('counts from its last try where nobody noted when that began', () => {
    expect(dueAt(timing('0 2 * * *'), { ...untried, triedAt: now }, now)).toBe(Date.UTC(2026, 10, 25, 2));
  });

  it('runs once for each slot or for several that went by, never early, and loses none', () => {
    const crons = fc.constantFrom('*/6 * * * *', '*/10 8-19 * * 1-5', '30 2 * * *', '7,37 1-3 * * *');
    const zones = fc.constantFrom('UTC', 'America/New_York', 'Asia/Shanghai');
    const begins = fc.constantFrom(now, Date.UTC(2026, 2, 8, 5), Date.UTC(2026, 10, 1, 4));
    const steps = fc.array(
      fc.record({
        lateMs: fc.nat({ max: 20 * minuteMs }),
        runMs: fc.nat({ max: 3 * hourMs }),
        isCut: fc.boolean(),
      }),
      { minLength: 1, maxLength: 30 },
    );
    fc.assert(
      fc.property(crons, zones, begins, steps, (cron, zone, begin, all) => {
        const plan = timing(cron, zone);
        const tries = { ...untried, servedAt: begin };
        let clock = begin;
        for (const { lateMs, runMs, isCut } of all) {
          const due = dueAt(plan, tries, clock) ?? NaN;
          // Never for a slot that is served.
          expect(due).toBeGreaterThan(tries.servedAt);
          const startedAt = Math.max(clock, due) + lateMs;
          clock = startedAt + runMs;
          // The process died, or the data center was down: the slot stays.
          if (isCut) {
            expect(dueAt(plan, tries, clock)).toBe(due);
            continue;
          }
          tries.servedAt = startedAt;
          tries.triedAt = clock;
          const next = dueAt(plan, tries, clock) ?? NaN;
          // None between the begin of this run and the next slot is passed over.
          expect(dueAt(plan, { ...tries, servedAt: next - 1 }, next)).toBe(next);
          expect(next).toBeGreaterThan(startedAt);
        }
      }),
    );
  });
});

describe('a full sweep', () => {
  const { schedule } = timing('0 2 * * *');
  const due = (tries: Partial<Parameters<typeof sweepDueAt>[1]>): number | null =>
    schedule?.kind === 'slots'
      ? sweepDueAt(
          { schedule, timeZone: 'UTC' },
          { ...untried, checkpoint: null, servedAt: now, ...tries },
          now,
        )
      : null;

  it('waits for its slot, and goes on at once when it has begun', () => {
    expect(due({})).toBe(Date.UTC(2026, 10, 25, 2));
    expect(due({ checkpoint: 5 })).toBe(now);
    expect(due({ checkpoint: 5, triedAt: now, failures: 1 })).toBe(now + 10_000);
  });
});

describe('a task with a daily window', () => {
  const open = Date.parse('2026-11-24T08:00+08:00');
  const shut = Date.parse('2026-11-24T20:00+08:00');
  const nextOpen = open + 24 * hourMs;

  it.each([
    {
      name: 'is due at its pace inside',
      triedAt: open + hourMs,
      at: open + hourMs,
      due: open + hourMs + 10 * minuteMs,
    },
    { name: 'waits for the morning', triedAt: shut - minuteMs, at: shut - minuteMs, due: nextOpen },
    { name: 'does not catch up after the end', triedAt: shut - 11 * minuteMs, at: shut, due: nextOpen },
    { name: 'is due at once inside when it was never tried', triedAt: null, at: open, due: open },
    { name: 'waits for its first morning', triedAt: null, at: shut, due: nextOpen },
  ])('$name', ({ triedAt, at, due }) => {
    expect(dueAt(office, { ...untried, triedAt }, at)).toBe(due);
  });

  it('is tried again inside only', () => {
    const failed = { triedAt: shut - 5_000, servedAt: null, failures: 1 };
    expect(dueAt(office, failed, shut - 5_000)).toBe(nextOpen);
  });
});

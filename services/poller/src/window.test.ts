import fc from 'fast-check';
import { nextWindow, reachOf } from './window.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const now = Date.UTC(2026, 10, 24, 7);
type Settings = Parameters<typeof nextWindow>[1]['poll'];
const poll: Settings = { overlapMs: 120_000, lagMs: 0, startFrom: null };
const next = (checkpoint: number | null, over: Partial<Settings> = {}, at = now) =>
  nextWindow(checkpoint, { poll: { ...poll, ...over }, firstAppliedAt: now - hourMs }, at);

describe('the first window', () => {
  it('begins 24 hours before the object was first applied', () => {
    expect(next(null)).toEqual({ startTime: now - 25 * hourMs, endTime: now, isSlice: false });
  });

  it('begins at startFrom', () => {
    expect(next(null, { startFrom: now - 5 })).toEqual({ startTime: now - 5, endTime: now, isSlice: false });
  });

  it.each([now, now + 1])('does not begin before startFrom has come', (startFrom) => {
    expect(next(null, { startFrom })).toBeNull();
  });

  it('is cut into slices where it is long', () => {
    expect(next(null, { startFrom: now - 20 * dayMs })).toEqual({
      startTime: now - 20 * dayMs,
      endTime: now - 13 * dayMs,
      isSlice: true,
    });
  });

  it('is no longer than sliceHours says, however much lies behind', () => {
    const startFrom = now - 3_650 * dayMs;
    expect(next(null, { startFrom, sliceMs: dayMs })?.endTime).toBe(startFrom + dayMs);
    expect(next(now - 30 * dayMs, { sliceMs: dayMs })).toEqual({
      startTime: now - 30 * dayMs - 120_000,
      endTime: now - 29 * dayMs,
      isSlice: true,
    });
  });

  it('leads from 1970 to today in under a hundred slices', () => {
    let [checkpoint, slices] = [0, 1];
    for (let it = next(null, { startFrom: 0 }); it !== null; it = next(checkpoint), slices += 1) {
      checkpoint = it.endTime;
      if (!it.isSlice) break;
    }
    expect(checkpoint).toBe(now);
    expect(slices).toBeLessThan(100);
  });
});

describe('a later window', () => {
  it('begins the overlap before the last one ended, and ends the lag before now', () => {
    expect(next(now - 360_000, { lagMs: 5_000 })).toEqual({
      startTime: now - 480_000,
      endTime: now - 5_000,
      isSlice: false,
    });
  });

  it.each([
    { name: 'reads the overlap once more when no time has passed', checkpoint: now },
    { name: 'reads the overlap before now when our clock was set back', checkpoint: now + hourMs },
  ])('$name', ({ checkpoint }) => {
    expect(next(checkpoint)).toEqual({ startTime: now - 120_000, endTime: now, isSlice: false });
  });

  it('is never empty, without an overlap either', () => {
    expect(next(now, { overlapMs: 0 })).toEqual({ startTime: now - 1, endTime: now, isSlice: false });
  });

  it('waits for a clock that says 1970', () => {
    expect(next(now, {}, 0)).toBeNull();
  });
});

describe('windows one after the other', () => {
  const steps = fc.array(
    fc.record({
      passedMs: fc.integer({ min: -2 * hourMs, max: 30 * dayMs }),
      completes: fc.boolean(),
    }),
    { maxLength: 60 },
  );
  const settings = fc.record({
    overlapMs: fc.nat({ max: hourMs }),
    lagMs: fc.nat({ max: hourMs }),
    startFrom: fc.option(fc.integer({ min: now - 400 * dayMs, max: now + hourMs })),
  });

  it('leave no gap, are never empty and never end later than the lag before now, however the clock jumps', () => {
    fc.assert(
      fc.property(settings, steps, (own, all) => {
        let at = now;
        let checkpoint: number | null = null;
        let covered: [number, number] | null = null;
        for (const { passedMs, completes } of all) {
          at += passedMs;
          const window = nextWindow(checkpoint, { poll: own, firstAppliedAt: now }, at);
          if (window === null) continue;
          expect(Number.isInteger(window.startTime) && Number.isInteger(window.endTime)).toBe(true);
          expect(window.startTime).toBeLessThan(window.endTime);
          expect(window.endTime).toBeLessThanOrEqual(at - own.lagMs);
          if (!completes) continue;
          if (covered !== null) expect(window.startTime).toBeLessThanOrEqual(covered[1]);
          checkpoint = reachOf(window, checkpoint, { poll: own, erpTime: null });
          covered = [covered?.[0] ?? window.startTime, Math.max(covered?.[1] ?? 0, window.endTime)];
          expect(checkpoint).toBe(covered[1]);
        }
      }),
    );
  });

  it('come to now in a bounded number of slices, whatever the overlap', () => {
    fc.assert(
      fc.property(fc.nat({ max: now }), fc.nat({ max: 30 * dayMs }), (startFrom, overlapMs) => {
        let checkpoint: number | null = null;
        for (let slices = 0; ; slices += 1) {
          expect(slices).toBeLessThan(100);
          const window = next(checkpoint, { startFrom, overlapMs });
          if (window === null) return;
          checkpoint = window.endTime;
          if (!window.isSlice) return;
        }
      }),
    );
  });

  /** An ERP that stamps changes by its own clock, polled by clocks of ours that are set at will. */
  it('miss no change of an ERP that tells its time, however our clocks differ', () => {
    const ticks = fc.array(
      fc.record({
        passedMs: fc.integer({ min: 1_000, max: 2 * hourMs }),
        ourOffsetMs: fc.integer({ min: -hourMs, max: hourMs }),
      }),
      { minLength: 3, maxLength: 50 },
    );
    const offset = fc.integer({ min: -hourMs, max: hourMs });
    // `Date` tells whole seconds: no smaller difference can be seen.
    const overlap = fc.integer({ min: 1_000, max: 10_000 });
    fc.assert(
      fc.property(ticks, offset, overlap, (all, erpOffsetMs, overlapMs) => {
        const own = { overlapMs, lagMs: 0, startFrom: now - 3 * hourMs };
        let real = now;
        let checkpoint: number | null = null;
        const waiting = new Set<number>();
        for (const { passedMs, ourOffsetMs } of [...all, { passedMs: 2 * hourMs, ourOffsetMs: hourMs }]) {
          for (let part = 0; part < 4; part += 1)
            waiting.add(real + erpOffsetMs + Math.floor((passedMs * part) / 4));
          real += passedMs;
          const window = nextWindow(checkpoint, { poll: own, firstAppliedAt: now }, real + ourOffsetMs);
          if (window === null) continue;
          for (const stamp of waiting)
            if (stamp >= window.startTime && stamp < window.endTime) waiting.delete(stamp);
          const erpTime = Math.floor((real + erpOffsetMs) / 1_000) * 1_000;
          checkpoint = reachOf(window, checkpoint, { poll: own, erpTime });
          // Nothing that is still to be read lies before where the next window can begin.
          for (const stamp of waiting) expect(stamp).toBeGreaterThanOrEqual((checkpoint ?? 0) - overlapMs);
        }
      }),
    );
  });
});

describe('the checkpoint after a window', () => {
  const window = { startTime: now - 480_000, endTime: now, isSlice: false };
  const reach = (
    erpTime: number | null,
    over: { checkpoint?: number; lagMs?: number; overlapMs?: number } = {},
  ) => reachOf(window, over.checkpoint ?? now - 360_000, { poll: { ...poll, ...over }, erpTime });

  it.each([
    { name: 'is its end', erpTime: null, expected: now },
    { name: "is its end when the ERP's clock agrees to the second", erpTime: now - 999, expected: now },
    { name: 'is its end when the ERP is ahead', erpTime: now + hourMs, expected: now },
    { name: "is the ERP's time when the ERP is behind", erpTime: now - 60_000, expected: now - 60_000 },
    { name: 'goes back with the ERP', erpTime: now - hourMs, expected: now - hourMs },
    { name: 'is none when the clocks are a day apart', erpTime: now - 2 * dayMs, expected: null },
  ])('$name', ({ erpTime, expected }) => {
    expect(reach(erpTime)).toBe(expected);
  });

  it("keeps the lag behind the ERP's time", () => {
    expect(reach(now - 60_000, { lagMs: 5_000 })).toBe(now - 65_000);
  });

  it('does not go back because our own clock was set back', () => {
    expect(reach(null, { checkpoint: now + hourMs })).toBe(now + hourMs);
    expect(reach(now + hourMs, { checkpoint: now + hourMs })).toBe(now + hourMs);
  });

  it('lets the overlap cover small differences', () => {
    expect(reach(now - 4_500)).toBe(now);
    expect(reach(now - 4_500, { overlapMs: 0 })).toBe(now - 4_500);
  });
});

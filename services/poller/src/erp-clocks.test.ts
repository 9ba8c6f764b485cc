import { createErpClocks } from './erp-clocks.ts';

const start = Date.UTC(2026, 10, 24, 7);

function clocks() {
  const time = { wall: start, monotonic: 0 };
  return {
    time,
    pass: (ms: number) => {
      time.wall += ms;
      time.monotonic += ms;
    },
    erp: createErpClocks({ now: () => time.wall }, () => time.monotonic),
  };
}

describe("an ERP's clock", () => {
  it('is ours where it was never heard, or says nearly the same', () => {
    const { erp, pass } = clocks();
    expect(erp.now('dc')).toBe(start);
    erp.hear('dc', start - 999);
    pass(10);
    expect(erp.now('dc')).toBe(start + 10);
  });

  it.each([-600_000, 600_000])('that differs by %s ms is followed', (skewMs) => {
    const { erp, pass } = clocks();
    erp.hear('dc', start + skewMs);
    pass(60_000);
    expect(erp.now('dc')).toBe(start + skewMs + 60_000);
    expect(erp.now('another')).toBe(start + 60_000);
  });

  it.each([-3_600_000, 3_600_000])('goes on as before when ours is set by %s ms', (jumpMs) => {
    const { erp, pass, time } = clocks();
    erp.hear('dc', start);
    pass(1_000);
    time.wall += jumpMs;
    expect(erp.now('dc')).toBe(start + 1_000);
  });

  it('that is more than a day off is not believed', () => {
    const { erp } = clocks();
    erp.hear('dc', Date.UTC(2015, 0, 1));
    expect(erp.now('dc')).toBe(start);
  });
});

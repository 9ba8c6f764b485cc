import { Draw } from './draw.ts';
import { describeFault, planFaults } from './plan.ts';

const options = { forMs: 600_000, everyMs: 2_000 };

describe('the plan of faults', () => {
  it('is the same for the same seed, and another one for another', () => {
    expect(planFaults(new Draw(7), options)).toEqual(planFaults(new Draw(7), options));
    expect(planFaults(new Draw(7), options)).not.toEqual(planFaults(new Draw(8), options));
  });

  it('has every kind of fault in ten minutes, in order and within its time', () => {
    const plan = planFaults(new Draw(1), options);
    expect(new Set(plan.map(({ fault }) => fault.kind))).toEqual(
      new Set([
        'kill',
        'kill-starting',
        'pause',
        'stop-broker',
        'cut',
        'stall',
        'delay',
        'tear',
        'erp',
        'crm',
        'rewind',
        'erp-clock',
        'disk-full',
        'duplicate',
      ]),
    );
    const times = plan.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.at(-1)).toBeLessThan(options.forMs);
  });

  it('leaves the system some time between two faults that take all of it down', () => {
    const whole = planFaults(new Draw(3), options).filter(({ fault }) =>
      /(kafka|store)($| for)/.test(
        fault.kind === 'cut' || fault.kind === 'stall' || fault.kind === 'delay' || fault.kind === 'tear'
          ? ''
          : describeFault(fault),
      ),
    );
    expect(whole.length).toBeGreaterThan(5);
    for (const [index, { atMs }] of whole.entries())
      if (index > 0) expect(atMs - (whole[index - 1]?.atMs ?? 0)).toBeGreaterThanOrEqual(15_000);
  });

  it('leaves out what takes a minute to heal when the run is short', () => {
    const plan = planFaults(new Draw(1), { forMs: 100_000, everyMs: 50 });
    const kinds = plan.flatMap(({ fault }) => (fault.kind === 'crm' ? [fault.rule.kind] : []));
    expect(kinds).toContain('reorder');
    expect(kinds).not.toContain('silent');
  });
});

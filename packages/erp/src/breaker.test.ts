import { createBreaker, type Admission, type Breaker, type Health } from './breaker.ts';

const dataCenter = { breaker: { failures: 3, probeSeconds: 10 } };

function aBreaker() {
  const timer = { at: 0, now: () => timer.at };
  return { timer, breaker: createBreaker({ dataCenter, timer }) };
}

function admitted(breaker: Breaker): Extract<Admission, { admitted: true }> {
  const admission = breaker.admit();
  if (!admission.admitted) throw new Error('not admitted');
  return admission;
}

const call = (breaker: Breaker, health: Health, retryAfterMs?: number): void =>
  admitted(breaker).report(health, retryAfterMs);

describe('a breaker', () => {
  it('opens after so many unwell calls in a row', () => {
    const { breaker } = aBreaker();
    for (const health of ['unwell', 'unwell', 'well', 'unwell', 'unwell', 'none'] as const)
      call(breaker, health);
    expect(breaker.state).toBe('closed');
    call(breaker, 'unwell');
    expect(breaker.state).toBe('open');
    expect(breaker.admit()).toEqual({ admitted: false, retryAfterMs: 10_000 });
  });

  it('lets one probe through and closes when it is well', () => {
    const { breaker, timer } = aBreaker();
    for (let i = 0; i < 3; i += 1) call(breaker, 'unwell');
    timer.at = 9_999;
    expect(breaker.waitMs()).toBe(1);
    timer.at = 10_000;
    expect(breaker.waitMs()).toBe(0);
    const probe = admitted(breaker);
    expect(breaker.state).toBe('half-open');
    expect(breaker.admit()).toEqual({ admitted: false, retryAfterMs: 10_000 });
    probe.report('well');
    expect(breaker.state).toBe('closed');
    call(breaker, 'unwell');
    expect(breaker.state).toBe('closed');
  });

  it('opens again when the probe is unwell', () => {
    const { breaker, timer } = aBreaker();
    for (let i = 0; i < 3; i += 1) call(breaker, 'unwell');
    timer.at = 10_000;
    call(breaker, 'unwell');
    expect(breaker.waitMs()).toBe(10_000);
  });

  it('lets another probe through when the first was not made after all', () => {
    const { breaker, timer } = aBreaker();
    for (let i = 0; i < 3; i += 1) call(breaker, 'unwell');
    timer.at = 10_000;
    call(breaker, 'none');
    expect(breaker.state).toBe('open');
    expect(breaker.admit()).toMatchObject({ admitted: true });
  });

  it('waits as long as Retry-After asks, up to ten minutes', () => {
    for (const [asked, expected] of [
      [1_000, 10_000],
      [60_000, 60_000],
      [86_400_000, 600_000],
    ] as const) {
      const { breaker, timer } = aBreaker();
      for (let i = 0; i < 3; i += 1) {
        timer.at += breaker.waitMs();
        call(breaker, 'unwell', asked);
      }
      expect(breaker.waitMs()).toBe(expected);
    }
  });

  it('rests while closed as long as one call was told to, and is closed afterwards', () => {
    const { breaker, timer } = aBreaker();
    call(breaker, 'unwell', 4_000);
    expect(breaker.state).toBe('closed');
    expect(breaker.waitMs()).toBe(4_000);
    expect(breaker.admit()).toEqual({ admitted: false, retryAfterMs: 4_000 });
    timer.at += 4_000;
    expect(breaker.admit()).toMatchObject({ admitted: true });
  });

  it('learns nothing from calls that began before it opened', () => {
    const { breaker, timer } = aBreaker();
    const [early, late] = [admitted(breaker), admitted(breaker)];
    for (let i = 0; i < 3; i += 1) call(breaker, 'unwell');
    timer.at = 5_000;
    early.report('unwell');
    late.report('well');
    expect(breaker.waitMs()).toBe(5_000);
  });

  it('counts a report once', () => {
    const { breaker } = aBreaker();
    const one = admitted(breaker);
    for (let i = 0; i < 5; i += 1) one.report('unwell');
    expect(breaker.state).toBe('closed');
  });
});

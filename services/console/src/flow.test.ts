import { createFlow } from './flow.ts';

const minute = 60_000;

function aFlow(startedAt = 1_000 * minute) {
  const clock = { at: startedAt, now: () => clock.at };
  const flow = createFlow(clock);
  const note = (status: number, over: { at?: number; streamId?: string; tenantId?: string } = {}): void =>
    flow.note({ tenantId: 't', streamId: 's', status, at: clock.at, ...over });
  return { clock, flow, note };
}

describe('createFlow', () => {
  it('counts how syncs ended, by tenant and stream', () => {
    const { flow, note } = aFlow();
    for (const status of [6, 6, 5, 10, 7, 8]) note(status);
    note(6, { streamId: 'other' });
    note(6, { tenantId: 'elsewhere' });
    expect(flow.lastHour('t')).toMatchObject({
      success: 3,
      failed: 1,
      unknown: 1,
      skipped: 1,
      superseded: 1,
    });
    expect(flow.lastHour('t', 's')).toMatchObject({ success: 2 });
    expect(flow.lastHour('t', 'none')).toMatchObject({ success: 0 });
    expect(flow.lastHour('__proto__')).toMatchObject({ success: 0 });
  });

  it('shows 60 minutes, the newest last', () => {
    const { clock, flow, note } = aFlow();
    note(6);
    clock.at += 2 * minute;
    note(5);
    note(7);
    const { perMinute } = flow.lastHour('t');
    expect(perMinute).toHaveLength(60);
    expect(perMinute.at(-1)).toEqual({ at: 1_002 * minute, success: 0, failed: 1, other: 1 });
    expect(perMinute.at(-3)).toEqual({ at: 1_000 * minute, success: 1, failed: 0, other: 0 });
  });

  it('forgets what is older than an hour, and counts none that comes later than that', () => {
    const { clock, flow, note } = aFlow();
    note(6);
    clock.at += 59 * minute;
    expect(flow.lastHour('t').success).toBe(1);
    clock.at += minute;
    note(5, { at: clock.at - 60 * minute });
    note(6);
    expect(flow.lastHour('t')).toMatchObject({ success: 1, failed: 0 });
  });

  it('counts a moment ahead of its own clock as now', () => {
    const { clock, flow, note } = aFlow();
    note(6, { at: clock.at + 90 * minute });
    expect(flow.lastHour('t').perMinute.at(-1)?.success).toBe(1);
  });

  it('leaves out a status that it does not know', () => {
    const { flow, note } = aFlow();
    note(99);
    expect(
      flow.lastHour('t').perMinute.every(({ success, failed, other }) => success + failed + other === 0),
    ).toBe(true);
  });
});

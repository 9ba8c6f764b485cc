import { aDataCenter } from '@syncline/testkit';
import { createGates, isDeferred, type Gate } from './gate.ts';

const well = { ok: true } as const;
const failing = (kind: 'transient' | 'unknown' | 'rejected' | 'broken', unwell: boolean) =>
  ({ ok: false, failure: { kind, code: 'x', message: 'x', unwell } }) as const;

const breaker = { failures: 2, probeSeconds: 10 };
const gates = () => createGates({ share: () => 1, maxInFlight: 256 });
const ask = (
  gate: Gate,
  reply: Parameters<Gate['pass']>[1] extends never ? never : typeof well | ReturnType<typeof failing>,
) => gate.pass('update', (asked) => asked(() => Promise.resolve(reply)));

describe('a gate', () => {
  it('defers once the ERP was unwell too often, and tells why', async () => {
    const gate = gates().of('81138', aDataCenter({ breaker }));
    await ask(gate, failing('transient', true));
    await ask(gate, failing('unknown', true));
    const deferred = await ask(gate, well);
    expect(deferred).toMatchObject({ kind: 'deferred', reason: expect.stringContaining('breaker') });
  });

  it('takes rejected and broken records for no sign of illness', async () => {
    const gate = gates().of('81138', aDataCenter({ breaker }));
    for (let i = 0; i < 5; i += 1) await ask(gate, failing(i % 2 === 0 ? 'rejected' : 'broken', false));
    expect(isDeferred(await ask(gate, well))).toBe(false);
  });

  it('lets deferred writes come back one after the other', async () => {
    const gate = gates().of('81138', aDataCenter({ breaker }));
    for (let i = 0; i < 2; i += 1) await ask(gate, failing('transient', true));
    const all = await Promise.all(Array.from({ length: 500 }, () => ask(gate, well)));
    const times = all.map((one) => (isDeferred(one) ? one.retryAfterMs : 0));
    expect(times[0]).toBeGreaterThan(9_000);
    expect((times[499] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(4_500);
  });

  it('frees its place when a visit fails or does not ask', async () => {
    const gate = gates().of('81138', aDataCenter({ concurrency: 1 }));
    await expect(gate.pass('create', () => Promise.reject(new Error('store away')))).rejects.toThrow(
      'store away',
    );
    await gate.pass('create', () => Promise.resolve({ dropped: true }));
    expect(await ask(gate, well)).toBe(well);
  });

  it('keeps data centers of the same id apart by tenant, and one of them whole', async () => {
    const all = gates();
    const [one, other] = [all.of('1', aDataCenter({ breaker })), all.of('2', aDataCenter({ breaker }))];
    for (let i = 0; i < 2; i += 1) await ask(one, failing('transient', true));
    expect(all.of('1', aDataCenter({ breaker, timeoutMs: 1 }))).toBe(one);
    expect(isDeferred(await ask(one, well))).toBe(true);
    expect(isDeferred(await ask(other, well))).toBe(false);
  });
});

import { createCounter, createGauge, createHistogram, readMetrics } from './metrics.ts';

describe('a metric', () => {
  it('has the prefix syncline_ and its labels', async () => {
    createCounter({ name: 'pushes_total', help: 'Pushes taken.', labelNames: ['tenant'] }).inc({
      tenant: 'a',
    });
    createGauge({ name: 'waiting', help: 'Items waiting.' }).set(3);
    createHistogram({ name: 'flush_seconds', help: 'Time of a flush.' }).observe(0.02);
    const { text } = await readMetrics();
    expect(text).toContain('syncline_pushes_total{tenant="a"} 1');
    expect(text).toContain('syncline_waiting 3');
    expect(text).toContain('syncline_flush_seconds_bucket{le="0.025"} 1');
  });

  it('is the same one when it is asked for twice', () => {
    const first = createCounter({ name: 'twice_total', help: 'x' });
    expect(createCounter({ name: 'twice_total', help: 'x' })).toBe(first);
  });
});

import { collectDefaultMetrics, Counter, Gauge, Histogram, register } from 'prom-client';
import type { Metric } from 'prom-client';

export type { Counter, Gauge, Histogram } from 'prom-client';

interface MetricDefinition<Label extends string> {
  /** without the prefix `syncline_`; ends in its unit (`_seconds`, `_bytes`) or in `_total` */
  name: string;
  help: string;
  labelNames?: readonly Label[];
}

// Asking for the same name twice gives the same metric: two consumers of one process share theirs.
function shared<M extends Metric>(name: string, make: (name: string) => M): M {
  const fullName = `syncline_${name}`;
  return (register.getSingleMetric(fullName) as M | undefined) ?? make(fullName);
}

export function createCounter<Label extends string>(definition: MetricDefinition<Label>): Counter<Label> {
  const { name, help, labelNames = [] } = definition;
  return shared(name, (fullName) => new Counter({ name: fullName, help, labelNames }));
}

export function createGauge<Label extends string>(definition: MetricDefinition<Label>): Gauge<Label> {
  const { name, help, labelNames = [] } = definition;
  return shared(name, (fullName) => new Gauge({ name: fullName, help, labelNames }));
}

/** @param definition `buckets` are upper bounds; the default suits seconds, from 1 ms to 30 s */
export function createHistogram<Label extends string>(
  definition: MetricDefinition<Label> & { buckets?: number[] },
): Histogram<Label> {
  const { name, help, labelNames = [], buckets = defaultBuckets } = definition;
  return shared(name, (fullName) => new Histogram({ name: fullName, help, labelNames, buckets }));
}

const defaultBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Node's own metrics (memory, CPU, event loop lag) beside ours, once a process. */
export function collectProcessMetrics(): void {
  if (register.getSingleMetric('process_cpu_seconds_total') === undefined) collectDefaultMetrics();
}

/** All metrics of the process in Prometheus's text form. */
export async function readMetrics(): Promise<{ contentType: string; text: string }> {
  return { contentType: register.contentType, text: await register.metrics() };
}

import { crmObjectOf } from '../bench-config.ts';
import { until } from '../clock.ts';
import { percentile, Sheet } from '../figures.ts';
import type { Trouble } from '../roles/erp.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { startTwoSides, type TwoSides } from './two-sides.ts';

const dataCenters = 5;
const objects = Array.from({ length: dataCenters }, (_, index) => crmObjectOf(index));
/** data center 0 fails: every fifth record goes there */
const failing = '/erp0/';
const isHealthy = (index: number): boolean => index % dataCenters !== 0;

const perSecond = 100;
const arrivedWithinMs = 5 * 60_000;

const states: { kind: Trouble; label: string }[] = [
  { kind: 'none', label: 'all well' },
  { kind: 'answers-500', label: 'one answers 500' },
  { kind: 'hangs', label: 'one does not answer' },
];

/** What one data center that fails costs the others. */
export const deadErp: Scenario = {
  name: 'dead-erp',
  about: `${dataCenters} data centers with the usual limits, an equal share of new CRM records for each; one of them fails from the beginning on. Measured at the other ${dataCenters - 1}: latency at ${perSecond} records/s in all, and a backlog.`,
  async measure(bench) {
    const sheet = new Sheet();
    for (let run = 0; run < bench.options.runs; run += 1) {
      for (const { kind, label } of states) {
        const sides = await startTwoSides(bench, `dead-${kind}-${run}`, ['mapping', 'pusher'], {
          config: { dataCenters },
        });
        const { latencies, rate } = await measureOthers(sides, kind, bench);
        const add = (suffix: string, what: string, unit: string, value: number): void =>
          sheet.add({ id: `${kind}-${suffix}`, label: `${label}: the others, ${what}`, unit }, value);
        add('p50', 'CRM event to ERP call, p50', 'ms', percentile(latencies, 0.5));
        add('p95', 'CRM event to ERP call, p95', 'ms', percentile(latencies, 0.95));
        add('backlog', 'records of a backlog', 'records/s', rate);
        await sides.stop();
      }
    }
    return sheet.figures();
  },
};

async function measureOthers(
  { erp, crm }: TwoSides,
  kind: Trouble,
  { options }: Bench,
): Promise<{ latencies: number[]; rate: number }> {
  await erp.call('begin', { delayMs: 0, keys: 0, finalFrom: 0 });
  const arrivalsOf = async (keys: readonly string[]): Promise<Map<string, number>> => {
    let found = new Map<string, number>();
    const isDone = async (): Promise<boolean> => {
      found = new Map(await erp.call('arrivals'));
      return keys.every((key) => found.has(key));
    };
    if (!(await until(isDone, { withinMs: arrivedWithinMs, everyMs: 100 })))
      throw new Error(
        `${keys.filter((key) => !found.has(key)).length} of ${keys.length} records did not arrive`,
      );
    return found;
  };
  // Cold servers and services would be measured else.
  const warm = { prefix: 'warm', count: Math.ceil(options.events / 10) };
  await crm.call('emit', { ...warm, keys: warm.count, objects });
  await arrivalsOf(healthyOf(warm));

  await erp.call('fail', { path: failing, kind });
  const steady = { prefix: 'steady', count: options.seconds * perSecond };
  const sent = await crm.call('trickle', { ...steady, perSecond, objects });
  const arrived = await arrivalsOf(healthyOf(steady));
  const latencies = sent
    .filter((_, index) => isHealthy(index))
    .map(([key, at]) => (arrived.get(key) ?? NaN) - at);

  const backlog = { prefix: 'backlog', count: Math.ceil(options.events / 2) };
  const keys = healthyOf(backlog);
  const sentAt = await crm.call('emit', { ...backlog, keys: backlog.count, objects });
  const last = await arrivalsOf(keys);
  const endedAt = keys.reduce((latest, key) => Math.max(latest, last.get(key) ?? 0), 0);
  return { latencies, rate: keys.length / ((endedAt - sentAt) / 1000) };
}

function healthyOf({ prefix, count }: { prefix: string; count: number }): string[] {
  return Array.from({ length: count }, (_, index) => index)
    .filter(isHealthy)
    .map((index) => `${prefix}-${index}`);
}

import { setTimeout as sleep } from 'node:timers/promises';
import { urlOf } from '../../services.ts';
import { until } from '../clock.ts';
import { Sheet } from '../figures.ts';
import { CpuMeter, MemoryMeter } from '../process-usage.ts';
import { pushBody, pushHeaders } from '../records.ts';
import type { LoadVerbs } from '../roles/load.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { pushPath } from './push-path.ts';
import { startTwoSides, type TwoSides } from './two-sides.ts';

const services = ['receiver', 'poller', 'mapping', 'pusher', 'console'];
const calmMs = 3000;
const worked = { withinMs: 60_000, everyMs: 250 };

/** What each process takes of the machine. */
export const footprint: Scenario = {
  name: 'footprint',
  about:
    'All services with nothing to do, and then with a backlog of CRM events and pushes over 32 connections at once. Memory is resident memory, when loaded the most that was seen; 100 % is one processor.',
  async measure(bench) {
    const sides = await startTwoSides(bench, 'footprint', services);
    const sheet = new Sheet();
    const pids = bench.place.pids();
    await sleep(calmMs);
    for (let run = 0; run < bench.options.runs; run += 1) await measureIdle(sheet, bench, pids);
    const memory = new MemoryMeter(pids);
    await loadBothWays(sides, bench);
    for (const [name, megabytes] of memory.stop()) {
      sheet.add({ id: `${name}-loaded`, label: `${name}, memory loaded`, unit: 'MB' }, megabytes);
    }
    await sides.stop();
    return sheet.figures();
  },
};

async function measureIdle(
  sheet: Sheet,
  { options }: Bench,
  pids: ReadonlyMap<string, number>,
): Promise<void> {
  const cpu = new CpuMeter(pids);
  const startedAt = performance.now();
  await sleep(options.seconds * 1000);
  const tookMs = performance.now() - startedAt;
  const memory = new MemoryMeter(pids).stop();
  for (const [name, usedMs] of cpu.usedMs()) {
    sheet.add({ id: `${name}-idle`, label: `${name}, memory idle`, unit: 'MB' }, memory.get(name) ?? 0);
    sheet.add({ id: `${name}-cpu`, label: `${name}, processor idle`, unit: '%' }, (usedMs / tookMs) * 100);
  }
}

async function loadBothWays({ system, crm, erp }: TwoSides, bench: Bench): Promise<void> {
  const { seconds, events } = bench.options;
  const load = await bench.place.child<LoadVerbs>('load');
  await erp.call('begin', { delayMs: 0, keys: events, finalFrom: 0 });
  await crm.call('emit', { prefix: 'load', count: events, keys: events });
  await load.call('run', {
    url: urlOf(system.installation, 'RECEIVER_PORT') + pushPath,
    connections: 32,
    seconds,
    requests: Array.from({ length: 100 }, (_, seq) => {
      const key = `load-push-${seq}`;
      return { headers: pushHeaders(key), body: pushBody({ key, seq }) };
    }),
  });
  bench.place.end(load);
  await until(async () => (await erp.call('told')).finishedAt !== null, worked);
}

import { erpRecordSchema, readMessage, topics } from '@syncline/contract';
import { withKafka } from '../../clients.ts';
import { urlOf } from '../../services.ts';
import { within } from '../../waiting.ts';
import { until } from '../clock.ts';
import { Sheet } from '../figures.ts';
import type { System } from '../place.ts';
import { CpuMeter } from '../process-usage.ts';
import { pushBody, pushHeaders } from '../records.ts';
import type { LoadResult, LoadVerbs } from '../roles/load.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { pushPath } from './push-path.ts';
import { limitFrom, repeat } from './repeat.ts';

const connectionCounts = [32, 64];
/** bodies and ids that the load goes through */
const differentPushes = 100;
const announcedWithinMs = 60_000;

/** ERP pushes → push cache → `erp.records`. */
export const receiver: Scenario = {
  name: 'receiver',
  about:
    'Standard pushes of 1 KB, each answered once it is durable in the push cache; the receiver announces them on erp.records meanwhile. No other service runs.',
  async measure(bench) {
    const system = await bench.place.system({ name: 'receiver', services: ['receiver'] });
    const load = await bench.place.child<LoadVerbs>('load');
    const sheet = new Sheet();
    let accepted = 0;
    for (const connections of connectionCounts) {
      await repeat(bench, async (seconds, counts) => {
        const cpu = new CpuMeter(bench.place.pids());
        const result = await load.call('run', {
          url: urlOf(system.installation, 'RECEIVER_PORT') + pushPath,
          connections,
          seconds,
          requests: pushes,
        });
        accepted += result.accepted;
        if (!counts) return;
        addLoad(sheet, bench, connections, result);
        const cpuMs = cpu.usedMs().get('receiver') ?? 0;
        const id = `${connections}-cpu`;
        const label = `${connections} connections: receiver, processor time`;
        sheet.add({ id, label, unit: 'µs/push' }, (cpuMs * 1000) / Math.max(1, result.accepted));
      });
    }
    bench.place.end(load);
    const missing = accepted - (await countAnnounced(system, accepted));
    sheet.add(
      { id: 'missing', label: 'acknowledged and not on erp.records', unit: 'pushes' },
      Math.max(0, missing),
    );
    sheet.add({ id: 'acknowledged', label: 'acknowledged in all', unit: 'pushes' }, accepted);
    await system.stop();
    return sheet.figures();
  },
};

const pushes = Array.from({ length: differentPushes }, (_, seq) => {
  const key = `push-${seq}`;
  return { headers: pushHeaders(key), body: pushBody({ key, seq }) };
});

function addLoad(sheet: Sheet, bench: Bench, connections: number, result: LoadResult): void {
  const label = `${connections} connections`;
  const id = String(connections);
  const limit = limitFrom(bench, `raw-http/node-${id}`, 'node:http alone');
  sheet.add({ id, label: `${label}: acknowledged`, unit: 'pushes/s', limit }, result.acceptedPerSecond);
  sheet.add({ id: `${id}-p50`, label: `${label}: answer p50`, unit: 'ms' }, result.p50Ms);
  sheet.add({ id: `${id}-p99`, label: `${label}: answer p99`, unit: 'ms' }, result.p99Ms);
  sheet.add({ id: `${id}-refused`, label: `${label}: not acknowledged`, unit: 'pushes' }, result.refused);
}

/** How many different pushes are on `erp.records`; waits for those that are on their way. */
async function countAnnounced({ installation }: System, expected: number): Promise<number> {
  const arrivals = new Set<string>();
  await withKafka(installation, async (kafka) => {
    const consumer = kafka.consumer({
      groupId: `${installation.topicPrefix}bench-count`,
      topics: [topics.erpRecords],
      order: 'arrival',
      maxInFlight: 2_000,
      handle: async ({ value }) => void arrivals.add(readMessage(erpRecordSchema, value).arrivalId),
    });
    await consumer.start();
    await until(() => arrivals.size >= expected, { withinMs: announcedWithinMs, everyMs: 100 });
    await within(consumer.stop(AbortSignal.timeout(2000)), 5000);
  });
  return arrivals.size;
}

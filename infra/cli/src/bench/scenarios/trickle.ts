import { urlOf } from '../../services.ts';
import { until } from '../clock.ts';
import { percentile, Sheet } from '../figures.ts';
import type { Scenario } from '../scenario.ts';
import { pushPath } from './push-path.ts';
import { repeat } from './repeat.ts';
import { startTwoSides, type TwoSides } from './two-sides.ts';

const perSecond = 50;
const arrivedWithinMs = 60_000;

type Moments = [key: string, at: number][];

/** How long one change takes when there is little to do. */
export const trickle: Scenario = {
  name: 'trickle',
  about: `New records at ${perSecond}/s, end to end: from the CRM's event (before it is produced) to the arrival of the ERP's call; from the ERP's push (before it is sent) to the arrival of the crm.writes message.`,
  async measure(bench) {
    const sides = await startTwoSides(bench, 'trickle', ['receiver', 'mapping', 'pusher']);
    const sheet = new Sheet();
    let run = 0;
    await repeat(bench, async (seconds, counts) => {
      run += 1;
      const count = Math.ceil(seconds * perSecond);
      const toErp = await crmToErp(sides, `crm-${run}`, count);
      const toCrm = await erpToCrm(sides, `erp-${run}`, count);
      if (!counts) return;
      addLatency(sheet, 'to-erp', 'CRM event to ERP call', toErp);
      addLatency(sheet, 'to-crm', 'ERP push to crm.writes', toCrm);
    });
    await sides.stop();
    return sheet.figures();
  },
};

async function crmToErp({ crm, erp }: TwoSides, prefix: string, count: number): Promise<number[]> {
  await erp.call('begin', { delayMs: 0, keys: count, finalFrom: 0 });
  const sent = await crm.call('trickle', { prefix, count, perSecond });
  return latencies(sent, () => erp.call('arrivals'));
}

async function erpToCrm({ system, crm, erp }: TwoSides, prefix: string, count: number): Promise<number[]> {
  const url = urlOf(system.installation, 'RECEIVER_PORT') + pushPath;
  const sent = await erp.call('push', { url, count, perSecond, prefix });
  return latencies(sent, () => crm.call('arrivals'));
}

/** ms from sending to arrival; waits for those that are on their way. */
async function latencies(sent: Moments, readArrivals: () => Promise<Moments>): Promise<number[]> {
  let arrivals = new Map<string, number>();
  const allArrived = async (): Promise<boolean> => {
    arrivals = new Map(await readArrivals());
    return sent.every(([key]) => arrivals.has(key));
  };
  if (!(await until(allArrived, { withinMs: arrivedWithinMs, everyMs: 100 })))
    throw new Error(`some of ${sent.length} changes did not arrive within ${arrivedWithinMs / 1000} s`);
  return sent.map(([key, at]) => (arrivals.get(key) ?? NaN) - at);
}

function addLatency(sheet: Sheet, id: string, label: string, ms: number[]): void {
  for (const [name, share] of [
    ['p50', 0.5],
    ['p99', 0.99],
  ] as const) {
    sheet.add({ id: `${id}-${name}`, label: `${label}, ${name}`, unit: 'ms' }, percentile(ms, share));
  }
}

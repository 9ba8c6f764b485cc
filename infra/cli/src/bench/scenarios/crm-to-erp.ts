import { withKafka } from '../../clients.ts';
import { totalLag } from '../../lag.ts';
import { sharedNow, until } from '../clock.ts';
import { Sheet, type Limit } from '../figures.ts';
import { CpuMeter } from '../process-usage.ts';
import { erpConcurrency } from '../records.ts';
import type { Told } from '../roles/erp-records.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { limitFrom } from './repeat.ts';
import { startTwoSides, type TwoSides } from './two-sides.ts';

interface Variant {
  id: string;
  label: string;
  /** records that the events are about; null: each event is a new record */
  keys: number | null;
  delayMs: number;
}

const variants: Variant[] = [
  { id: 'creates', label: 'new records, instant ERP', keys: null, delayMs: 0 },
  { id: 'creates-20ms', label: 'new records, ERP takes 20 ms', keys: null, delayMs: 20 },
  { id: 'changes', label: '500 records, instant ERP', keys: 500, delayMs: 0 },
  { id: 'changes-20ms', label: '500 records, ERP takes 20 ms', keys: 500, delayMs: 20 },
];

const drainedWithinMs = 10 * 60_000;

/** `crm.events` → mapping → `erp.writes` → pusher → ERP → `erp.write-results` → mapping. */
export const crmToErp: Scenario = {
  name: 'crm-to-erp',
  about:
    'A backlog of CRM events of 1 KB, written through mapping and pusher to an ERP that does nothing but answer. Of changes that wait for the same record only the newest is written, so changes make fewer calls than events.',
  async measure(bench) {
    const sides = await startTwoSides(bench, 'drain', ['mapping', 'pusher']);
    const sheet = new Sheet();
    for (const variant of variants) {
      await drain(sides, variant, {
        prefix: `${variant.id}-w`,
        events: Math.ceil(bench.options.events / 10),
      });
      for (let run = 0; run < bench.options.runs; run += 1) {
        const backlog = { prefix: `${variant.id}-${run}`, events: bench.options.events };
        addDrain(sheet, variant, await drain(sides, variant, backlog, bench), limitOf(variant, bench));
      }
    }
    await sides.stop();
    return sheet.figures();
  },
};

interface Drained {
  events: number;
  told: Told;
  /** from the first event sent to the last call */
  writtenMs: number;
  /** until all answers have been worked off, too */
  settledMs: number;
  /** of each process, ms */
  cpuMs: ReadonlyMap<string, number>;
}

async function drain(
  { system, crm, erp }: TwoSides,
  { keys, delayMs }: Variant,
  { prefix, events }: { prefix: string; events: number },
  bench?: Bench,
): Promise<Drained> {
  const records = keys === null ? events : Math.min(keys, events);
  const cpu = new CpuMeter(bench?.place.pids() ?? new Map<string, number>());
  await erp.call('begin', { delayMs, keys: records, finalFrom: events - records });
  const sentAt = await crm.call('emit', { prefix, count: events, keys: records });
  let told = await erp.call('told');
  const isDone = async (): Promise<boolean> => {
    told = await erp.call('told');
    return told.finishedAt !== null;
  };
  if (!(await until(isDone, { withinMs: drainedWithinMs, everyMs: 50 }))) {
    throw new Error(`only ${told.finished} of ${records} records reached the ERP`);
  }
  await withKafka(system.installation, (kafka) =>
    until(async () => (await totalLag(kafka)) === 0, { withinMs: drainedWithinMs, everyMs: 100 }),
  );
  const settledMs = sharedNow() - sentAt;
  // Writes that were doubled may have followed the last change.
  told = await erp.call('told');
  return { events, told, writtenMs: (told.finishedAt ?? 0) - sentAt, settledMs, cpuMs: cpu.usedMs() };
}

function limitOf({ delayMs }: Variant, bench: Bench): Limit | undefined {
  if (delayMs === 0) return limitFrom(bench, 'raw-http/node-64', 'node:http alone');
  return { value: (erpConcurrency * 1000) / delayMs, what: `${erpConcurrency} calls at a time` };
}

function addDrain(
  sheet: Sheet,
  { id, label, keys }: Variant,
  drained: Drained,
  limit: Limit | undefined,
): void {
  const { events, told, writtenMs, settledMs, cpuMs } = drained;
  const add = (suffix: string, what: string, unit: string, value: number): void =>
    sheet.add({ id: `${id}-${suffix}`, label: `${label}: ${what}`, unit }, value);
  const callsPerSecond = told.calls / (writtenMs / 1000);
  sheet.add({ id: `${id}-calls`, label: `${label}: ERP calls`, unit: 'calls/s', limit }, callsPerSecond);
  if (keys !== null) add('events', 'events dealt with', 'events/s', events / (writtenMs / 1000));
  add('settled', 'with all answers worked off', 'events/s', events / (settledMs / 1000));
  const addCpu = (name: string, unit: string, count: number): void =>
    add(`${name}-cpu`, `${name}, processor time`, `µs/${unit}`, ((cpuMs.get(name) ?? 0) * 1000) / count);
  addCpu('pusher', 'call', told.calls);
  // Those that the environment named elsewhere are not seen.
  for (const name of ['mapping', 'store', 'kafka']) if (cpuMs.has(name)) addCpu(name, 'event', events);
  add('order', 'calls out of order for their record', 'calls', told.outOfOrder);
  add('doubled', 'records created twice', 'records', told.doubled);
}

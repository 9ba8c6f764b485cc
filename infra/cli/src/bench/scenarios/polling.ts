import { withKafka, withStore } from '../../clients.ts';
import { totalLag } from '../../lag.ts';
import { sharedNow, until } from '../clock.ts';
import { Sheet } from '../figures.ts';
import { CpuMeter } from '../process-usage.ts';
import { dataCenterId, erpObject, tenantId } from '../records.ts';
import type { Scenario } from '../scenario.ts';
import { startTwoSides, type TwoSides } from './two-sides.ts';

const dayMs = 24 * 3_600_000;
const days = 30;
/** Of a backlog of events, so many records are polled: 100,000 where the backlogs have 10,000. */
const recordsPerEvent = 10;
const poll = { everyMinutes: 6, pageSize: 500, overlapSeconds: 120, sliceHours: 24 };
/** Nothing new for so long: what is missing does not come. */
const stuckMs = 300_000;

/** ERP → poller → `erp.records` → mapping → `crm.writes` → CRM, and back. */
export const polling: Scenario = {
  name: 'polling',
  about: `An ERP's records of ${days} days, polled in slices of 24 hours that overlap by two minutes, and written to a CRM that answers and tells of each change. Counted at the CRM: each has to be made exactly once.`,
  async measure(bench) {
    const count = bench.options.events * recordsPerEvent;
    const to = Date.now();
    const from = to - days * dayMs;
    const sides = await startTwoSides(bench, 'polling', ['poller', 'mapping', 'pusher'], {
      config: { poll: { ...poll, startFrom: from } },
      dated: { count, from, to },
    });
    const startedAt = sharedNow();
    const cpu = new CpuMeter(bench.place.pids());
    const counts = await untilAllArrived(sides, count);
    const sheet = new Sheet();
    const tookMs = counts.lastAt - startedAt;
    sheet.add(
      { id: 'rate', label: 'records made in the CRM', unit: 'records/s' },
      counts.records / (tookMs / 1000),
    );
    for (const [name, usedMs] of cpu.usedMs())
      sheet.add(
        { id: `${name}-cpu`, label: `${name}, processor time`, unit: 'µs/record' },
        (usedMs * 1000) / count,
      );
    // Repeats of what the overlaps showed, and what the CRM told of our own writes, may still be on their way.
    await withKafka(sides.system.installation, (kafka) =>
      until(async () => (await totalLag(kafka)) === 0, { withinMs: stuckMs, everyMs: 500 }),
    );
    await addCounts(sheet, sides, count);
    await sides.stop();
    return sheet.figures();
  },
};

type Counts = Awaited<ReturnType<typeof countsOf>>;

const countsOf = ({ crm }: TwoSides) => crm.call('counts');

/** For as long as more come. */
async function untilAllArrived(sides: TwoSides, count: number): Promise<Counts> {
  let counts = await countsOf(sides);
  let [most, moreAt] = [-1, performance.now()];
  await until(
    async () => {
      counts = await countsOf(sides);
      if (counts.records > most) [most, moreAt] = [counts.records, performance.now()];
      return counts.records >= count || performance.now() - moreAt > stuckMs;
    },
    { withinMs: 3_600_000, everyMs: 500 },
  );
  return counts;
}

/** What must be none, and what the ledger of windows says. */
async function addCounts(sheet: Sheet, sides: TwoSides, count: number): Promise<void> {
  const { records, doubled, updates } = await countsOf(sides);
  const add = (id: string, label: string, value: number): void =>
    sheet.add({ id, label, unit: 'records' }, value);
  add('polled', 'records in the ERP', count);
  add('missing', 'missing in the CRM', count - records);
  add('doubled', 'made twice in the CRM', doubled);
  add('rewritten', 'written again though unchanged', updates);
  const { items: windows } = await withStore(sides.system.installation, 10_000, (store) =>
    store.pollWindows.list({ tenantId, dataCenterId, objectApiName: erpObject, limit: 200 }),
  );
  const sum = (of: (window: (typeof windows)[number]) => number): number =>
    windows.reduce((total, window) => total + of(window), 0);
  sheet.add({ id: 'windows', label: 'windows in the ledger', unit: 'windows' }, windows.length);
  add(
    'received',
    'ledger: received',
    sum(({ received }) => received),
  );
  for (const fate of ['changed', 'unchanged', 'errors', 'waiting'] as const)
    add(
      `ledger-${fate}`,
      `ledger: ${fate}`,
      sum(({ fates }) => fates[fate]),
    );
}

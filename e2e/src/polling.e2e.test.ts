import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, startSyncline, type RunningSyncline } from '@syncline/testkit';
import { askConsole } from './console-client.ts';
import { startOutsideCrm, type OutsideCrm } from './outside-crm.ts';
import { startOutsideErp, type OutsideErp } from './outside-erp.ts';

const minutes = 60_000;
const dayMs = 24 * 60 * minutes;
const days = 4;
const count = 600;

const config = (baseUrl: string, startFrom: number) => `
tenants:
  - id: "900"
    name: Polled
    pushTokens: [outside-push]
    dataCenters:
      - { id: main, channel: STANDARD_CHANNEL, baseUrl: "${baseUrl}", token: outside-secret }
erpObjects:
  - tenantId: "900"
    dataCenterId: main
    apiName: ORDERS
    idField: FID
    nameField: TITLE
    poll: { everyMinutes: 6, pageSize: 50, sliceHours: 24, overlapSeconds: 7200, startFrom: ${String(startFrom)} }
streams:
  - id: to-crm
    name: Orders to tickets
    tenantId: "900"
    dataCenterId: main
    direction: erp-to-crm
    source: ORDERS
    dest: Ticket
    filter: 'CODE != "none"'
    fields: [ { to: code, from: CODE, required: true } ]
`;

interface Windows {
  items: { received: number; status: string; fates: Record<string, number> }[];
}

// The full count is `./syncline bench --only polling`.
describe('records polled over slices of 24 hours that overlap', () => {
  let folder: string;
  let system: RunningSyncline;
  let erp: OutsideErp;
  let crm: OutsideCrm;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'syncline polling '));
    erp = await startOutsideErp();
    const from = Date.now() - days * dayMs;
    for (let i = 0; i < count; i += 1) {
      const FID = `P${String(i)}`;
      // Some are not in the filter, and two lack what is required.
      const CODE = i % 100 === 7 ? 'none' : i % 300 === 3 ? '' : `C${String(i)}`;
      const changedAt = Math.floor(from + (i * days * dayMs) / count);
      erp.records.set(FID, { objAPIName: 'ORDERS', masterFieldVal: { FID, CODE }, changedAt });
    }
    writeFileSync(join(folder, 'all.yaml'), config(erp.baseUrl, from));
    system = await startSyncline({ config: folder, sandbox: false });
    crm = await startOutsideCrm(system, '900');
  }, 5 * minutes);
  afterAll(async () => {
    await crm.stop();
    await erp.stop();
    await system.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 2 * minutes);

  it(
    'arrive exactly once, and the ledger says what became of them',
    async () => {
      const expected = [...erp.records]
        .map(([id, { masterFieldVal }]) => [id, masterFieldVal['CODE']])
        .filter(([, code]) => code !== 'none' && code !== '')
        .map(([id]) => String(id));
      const distinct = (): string[] => [...new Set(crm.writes.map(({ source }) => source.dataId))];
      await eventually(() => distinct().length >= expected.length, { withinMs: 2 * minutes, everyMs: 200 });
      const windows = async (): Promise<Windows['items']> => {
        const response = await askConsole(system, '/tenants/900/poll-windows?limit=100');
        return ((await response.json()) as Windows).items;
      };
      const sum = (items: Windows['items'], fate: string): number =>
        items.reduce((total, { fates }) => total + (fates[fate] ?? 0), 0);
      const received = (items: Windows['items']): number =>
        items.reduce((total, window) => total + window.received, 0);
      const settled = await eventually(
        async () => {
          const items = await windows();
          const decided = sum(items, 'changed') + sum(items, 'unchanged') + sum(items, 'errors');
          return items.length >= days && sum(items, 'waiting') === 0 && decided === received(items) && items;
        },
        { withinMs: minutes, everyMs: 200 },
      );
      expect(distinct().sort()).toEqual([...expected].sort());
      const creates = new Set(crm.writes.map(({ writeId }) => writeId));
      expect(creates.size).toBe(expected.length);
      expect(crm.writes.every(({ operation }) => operation === 'create')).toBe(true);
      expect(settled.every(({ status }) => status === 'complete')).toBe(true);
      // Two hours of overlap show some records again: unchanged, or failed again.
      expect(received(settled)).toBeGreaterThan(count);
      expect(sum(settled, 'changed')).toBe(expected.length);
      expect(sum(settled, 'errors')).toBeGreaterThanOrEqual(2);
      expect(sum(settled, 'unchanged')).toBeGreaterThanOrEqual(6);
    },
    4 * minutes,
  );
});

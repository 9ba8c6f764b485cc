import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { sandboxCrm, sandboxErp, type SandboxCrm, type SandboxErp } from '@syncline/sandbox';
import { eventually, startSyncline, type RunningSyncline } from '@syncline/testkit';
import { askConsoleFor } from './console-client.ts';

const minutes = 60_000;
const toErp = '155bd981457343f291e0edc13776217f';
const records = 60;

interface Task {
  id: string;
  state: string;
  problems: string[];
  progress: { done: number; created: number; updated: number; skipped: number; failed: number };
}

describe('a historical sync task', () => {
  let system: RunningSyncline;
  let erp: SandboxErp;
  let crm: SandboxCrm;
  let toCrm = '';

  beforeAll(async () => {
    system = await startSyncline({ env: { SANDBOX_TRAFFIC: '0', POLLER_LEASE_SECONDS: '3' } });
    erp = sandboxErp(system.url('sandbox-erp'));
    crm = sandboxCrm(system.url('sandbox-crm'));
    const streams = await ask<{ items: { id: string; source: string }[] }>('/tenants/81138/streams');
    toCrm = streams.items.find(({ source }) => source === 'BD_Material')?.id ?? '';
  }, 5 * minutes);
  afterAll(async () => {
    await system.stop();
  }, 2 * minutes);

  const ask = <T>(path: string, body?: object) => askConsoleFor<T>(system, path, body);

  const create = (order: object): Promise<Task> => ask<Task>('/history-tasks', { rate: 1_000, ...order });

  const untilOver = (id: string, withinMs = 2 * minutes): Promise<Task> =>
    eventually(
      async () => {
        const task = await ask<Task>(`/history-tasks/${id}`);
        return task.state.startsWith('finished') && task;
      },
      { withinMs, everyMs: 200 },
    );

  const createsInCrm = async (): Promise<string[]> =>
    (await crm.wholeLedger({ objectApiName: 'ProductObj', by: 'write', operation: 'create' })).map(
      ({ source }) => source?.dataId ?? '',
    );
  const writesInCrm = async (): Promise<number> =>
    (await crm.wholeLedger({ objectApiName: 'ProductObj', by: 'write' })).length;
  const writesInErp = async (): Promise<number> =>
    (await erp.wholeLedger({ objectApiName: 'BD_Customer' })).filter(({ operation }) =>
      ['create', 'update'].includes(operation),
    ).length;

  it(
    'from an ERP goes on where its poller was killed, and every record arrives once',
    async () => {
      const { dataIds } = await erp.bulk('BD_Material', {
        count: records,
        dataId: 'H-{n}',
        master: { FNumber: 'H-{n}', FName: 'Old {n}' },
        push: false,
      });
      const { id } = await create({ stream: toCrm, ids: dataIds, rate: 10 });
      await eventually(async () => (await createsInCrm()).length > records / 6, {
        withinMs: minutes,
        everyMs: 50,
      });
      const pid = system.kill9('poller');
      await system.untilBack('poller', pid, minutes);
      const task = await untilOver(id);
      expect(task.state).toBe('finished');
      expect(task.progress).toMatchObject({ done: records, created: records, failed: 0 });
      const created = await createsInCrm();
      expect([...created].sort()).toEqual([...dataIds].sort());
    },
    4 * minutes,
  );

  it(
    'writes nothing again that is unchanged, and everything when it is forced',
    async () => {
      const before = await writesInCrm();
      const from = Date.now() - 3_600_000;
      const unforced = await untilOver((await create({ stream: toCrm, from })).id);
      expect(unforced.progress).toMatchObject({ done: records, skipped: records, updated: 0 });
      expect(await writesInCrm()).toBe(before);
      const forced = await untilOver((await create({ stream: toCrm, from, force: true })).id);
      expect(forced.progress).toMatchObject({ done: records, updated: records, failed: 0 });
      expect(await writesInCrm()).toBe(before + records);
    },
    4 * minutes,
  );

  it(
    'from the CRM goes on where mapping was killed, and a forced one writes each record once',
    async () => {
      await crm.bulk('AccountObj', {
        count: records,
        dataId: 'C-{n}',
        data: { name: 'Account {n}', account_no: 'C-{n}' },
      });
      await eventually(async () => (await erp.records('BD_Customer')).length === records, {
        withinMs: minutes,
        everyMs: 200,
      });
      const ids = Array.from({ length: records }, (_, at) => `C-${String(at + 1)}`);
      const before = await writesInErp();
      const unforced = await untilOver((await create({ stream: toErp, ids })).id);
      expect(unforced.progress).toMatchObject({ done: records, skipped: records, updated: 0 });
      expect(await writesInErp()).toBe(before);
      const { id } = await create({ stream: 'Customers to ERP', ids, force: true, rate: 25 });
      await eventually(async () => (await writesInErp()) > before, { withinMs: minutes, everyMs: 20 });
      const pid = system.kill9('mapping');
      await system.untilBack('mapping', pid, minutes);
      const forced = await untilOver(id);
      expect(forced).toMatchObject({ state: 'finished', problems: [] });
      expect(await writesInErp()).toBe(before + records);
      // What a killed mapping was about to count may be missing in its counts.
      expect(forced.progress.failed).toBe(0);
    },
    4 * minutes,
  );

  it('takes only what its condition takes', async () => {
    const order = { stream: toErp, ids: ['C-1', 'C-2', 'C-3'], where: 'name = "Account 2"', force: true };
    const task = await untilOver((await create(order)).id);
    expect(task.progress).toMatchObject({ done: 3, updated: 1, excluded: 2 });
  });

  it(
    'is started, followed and listed in the terminal',
    async () => {
      const run = (...args: string[]) =>
        promisify(execFile)(resolve(import.meta.dirname, '../../syncline'), ['history', ...args], {
          env: {
            ...process.env,
            SYNCLINE_HOME: system.home,
            CONSOLE_PORT: String(system.ports.console),
            MONGO_PORT: String(system.ports.store),
          },
        });
      const { stdout } = await run('Customers to ERP', '--ids', 'C-1, C-2', '--force');
      expect(stdout).toMatch(/^finished: 2 of 2 done \(0 created, 2 updated, 0 skipped, 0 failed\)$/m);
      expect((await run('list')).stdout).toContain('AccountObj');
      await expect(run('Customers to ERP', '--from', 'yesterday')).rejects.toMatchObject({
        code: 2,
        stderr: expect.stringContaining('--from yesterday is no time') as string,
      });
      await expect(run('Nobody', '--from', '2026-01-01')).rejects.toMatchObject({
        stderr: expect.stringContaining('there is no stream "Nobody"') as string,
      });
    },
    2 * minutes,
  );

  it('names the parameter that is wrong, and the remedy', async () => {
    await expect(create({ stream: toErp })).rejects.toThrow(
      'The field \\"from\\": is missing: give from (and to), or ids',
    );
  });
});

import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { textOf } from '@syncline/contract';
import { sandboxCrm, sandboxErp, type SandboxCrm, type SandboxErp } from '@syncline/sandbox';
import { eventually, startSyncline, type RunningSyncline } from '@syncline/testkit';
import { runPoll } from './talk.ts';

const minutes = 60_000;
const root = resolve(import.meta.dirname, '../..');
const each = 60;

describe('a backup that is restored after everything was lost', () => {
  let folder: string;
  let system: RunningSyncline;
  let erp: SandboxErp;
  let crm: SandboxCrm;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'syncline backup '));
    await start(join(folder, 'first'));
  }, 5 * minutes);
  afterAll(async () => {
    await system.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 2 * minutes);

  async function start(home: string): Promise<void> {
    system = await startSyncline({ home, env: { SANDBOX_TRAFFIC: '0' } });
    erp = sandboxErp(system.url('sandbox-erp'));
    crm = sandboxCrm(system.url('sandbox-crm'));
  }

  async function command(home: string, ...words: string[]): Promise<string> {
    const ports = Object.entries(system.ports).map(([name, port]) => [variableOf(name), String(port)]);
    const env = { ...process.env, ...Object.fromEntries(ports), SYNCLINE_HOME: home };
    const { stdout, stderr } = await promisify(execFile)(join(root, 'syncline'), words, { env, cwd: folder });
    return stdout + stderr;
  }

  function variableOf(name: string): string {
    return name === 'store' ? 'MONGO_PORT' : `${name.toUpperCase().replace('-', '_')}_PORT`;
  }

  /** People of both sides make records of one kind each. */
  async function make(name: string): Promise<void> {
    await Promise.all([
      crm.bulk('AccountObj', {
        count: each,
        dataId: `${name}-{n}`,
        data: { name: `${name} {n}`, account_no: `${name}-{n}`, tel: '1' },
      }),
      erp.bulk('BD_Material', {
        count: each,
        dataId: `${name}-{n}`,
        master: { FNumber: `${name}-{n}`, FName: `${name} {n}` },
        push: true,
      }),
    ]);
  }

  async function arrived() {
    const [{ objects: inErp }, { objects: inCrm }] = await Promise.all([erp.summary(), crm.summary()]);
    const count = (object?: { records: number }): number => object?.records ?? 0;
    return {
      customers: count(inErp['BD_Customer']),
      customersDoubled: inErp['BD_Customer']?.doubled.surplus ?? 0,
      accounts: count(inCrm['AccountObj']),
      products: count(inCrm['ProductObj']),
      productsDoubled: inCrm['ProductObj']?.doubledBySource.surplus ?? 0,
      materials: count(inErp['BD_Material']),
    };
  }

  const all = (count: number) => ({
    customers: count,
    customersDoubled: 0,
    accounts: count,
    products: count,
    productsDoubled: 0,
    materials: count,
  });

  const untilAll = (count: number): Promise<unknown> =>
    eventually(async () => expect(await arrived()).toEqual(all(count)), { withinMs: 60_000, everyMs: 200 });

  it(
    'creates nothing twice and loses nothing, though both sides went on after it was made',
    async () => {
      await make('before');
      await untilAll(each);

      const underLoad = make('during');
      const file = join(folder, 'syncline.backup.gz');
      expect(await command(system.home, 'backup', file)).toMatch(/sync_data_mappings/);
      await underLoad;

      // What the backup knows nothing of: new records, and edits of old ones.
      await make('after');
      await crm.edit('AccountObj', { dataId: 'before-1', data: { tel: '2' } });
      await untilAll(3 * each);
      await eventually(async () => (await telOf('before-1')) === '2', { withinMs: 20_000, everyMs: 200 });

      const lost = system.home;
      await system.stop();
      const home = join(folder, 'second');
      cpSync(join(lost, 'data/sandbox'), join(home, 'data/sandbox'), { recursive: true });
      const key = join(lost, 'secret-key');
      if (existsSync(key)) cpSync(key, join(home, 'secret-key'));
      expect(await command(home, 'restore', file)).toMatch(/4 streams are off/);
      await start(home);

      // People go on while the streams are off.
      await crm.edit('AccountObj', { dataId: 'before-2', data: { tel: '3' } });
      await crm.edit('AccountObj', { dataId: 'after-1', data: { tel: '4' } });
      await make('later');
      expect(await command(home, 'restore', '--finish')).toMatch(/The restore is finished/);
      await runPoll(system, 'BD_Material');
      await runPoll(system, 'BD_Customer');

      await untilAll(4 * each);
      await eventually(
        async () => {
          expect(await Promise.all(['before-1', 'before-2'].map(telOf))).toEqual(['2', '3']);
          // Of a pair that the backup does not know, nobody knows which side changed last: both hold the same in the end.
          expect(await telOf('after-1')).toBe(await telInCrm('after-1'));
        },
        { withinMs: 120_000, everyMs: 200 },
      );
      // In calm an edit goes the usual way.
      await crm.edit('AccountObj', { dataId: 'during-1', data: { tel: '5' } });
      await eventually(async () => (await telOf('during-1')) === '5', { withinMs: 30_000, everyMs: 100 });
      expect(await arrived()).toEqual(all(4 * each));
    },
    6 * minutes,
  );

  async function telInCrm(account: string): Promise<string> {
    const found = (await crm.records('AccountObj')).find(({ dataId }) => dataId === account);
    return textOf(found?.data['tel']);
  }

  /** The telephone number that the ERP holds of an account. */
  async function telOf(account: string): Promise<string> {
    const records = await erp.records('BD_Customer');
    const found = records.find(({ master }) => textOf(master['FNumber']) === account);
    return textOf(found?.master['FTel']);
  }
});

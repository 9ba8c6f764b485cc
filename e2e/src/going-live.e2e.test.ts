import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { textOf } from '@syncline/contract';
import { sandboxCrm, sandboxErp, type SandboxCrm, type SandboxErp } from '@syncline/sandbox';
import { eventually, startSyncline, type RunningSyncline } from '@syncline/testkit';
import { callOpenApi } from './talk.ts';

const minutes = 60_000;
const root = resolve(import.meta.dirname, '../..');
const toErp = '155bd981457343f291e0edc13776217f';
const count = 40;
const soon = { withinMs: 60_000, everyMs: 200 };

describe('going live with records on both sides', () => {
  let folder: string;
  let config: string;
  let system: RunningSyncline;
  let erp: SandboxErp;
  let crm: SandboxCrm;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'syncline going live '));
    config = join(folder, 'config');
    cpSync(join(root, 'infra/sandbox/config'), config, { recursive: true });
    customers({ toErp: false, toCrm: false });
    system = await startSyncline({ config, sandbox: true, env: { SANDBOX_TRAFFIC: '0' } });
    erp = sandboxErp(system.url('sandbox-erp'));
    crm = sandboxCrm(system.url('sandbox-crm'));
  }, 5 * minutes);
  afterAll(async () => {
    await system.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 2 * minutes);

  /** Turns the two streams of customers on or off; the one into the CRM looks for a match before it creates. */
  function customers({ toErp, toCrm }: { toErp: boolean; toCrm: boolean }): void {
    const file = join(config, 'streams.yaml');
    const text = readFileSync(join(root, 'infra/sandbox/config/streams.yaml'), 'utf8');
    const withLines = (before: string, name: string, ...lines: string[]) =>
      before.replace(`name: ${name}\n`, `name: ${name}\n    ${lines.join('\n    ')}\n`);
    const first = withLines(text, 'Customers to ERP', `enabled: ${String(toErp)}`);
    const both = [`enabled: ${String(toCrm)}`, 'matchBeforeCreate: true'];
    writeFileSync(file, withLines(first, 'Customers to CRM', ...both));
  }

  async function statusOf(sourceDataId: string): Promise<number | undefined> {
    const source = { sourceObjectApiName: 'AccountObj', destObjectApiName: 'BD_Customer' };
    const asked = { ...source, sourceDataId: [sourceDataId] };
    const reply = await callOpenApi(system, 'getSyncDataMappingBySourceDataId', asked);
    return reply.data?.[sourceDataId]?.lastSyncStatus;
  }

  /** What becomes of a new account: 6 created, or 9 held. */
  async function settledStatusOf(number: string): Promise<number> {
    const { dataId } = await crm.edit('AccountObj', { data: { account_no: number, name: number } });
    return eventually(async () => {
      const status = await statusOf(dataId);
      return status === 6 || status === 9 ? status : false;
    }, soon);
  }

  async function command(...words: string[]): Promise<{ code: number; output: string }> {
    const ports = Object.fromEntries(
      Object.entries(system.ports).map(([name, port]) => [variableOf(name), String(port)]),
    );
    const env = { ...process.env, ...ports, SYNCLINE_HOME: system.home };
    try {
      const { stdout, stderr } = await promisify(execFile)(join(root, 'syncline'), words, {
        env,
        cwd: folder,
      });
      return { code: 0, output: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, output: stdout + stderr };
    }
  }

  function variableOf(name: string): string {
    if (name === 'store') return 'MONGO_PORT';
    return `${name.toUpperCase().replace('-', '_')}_PORT`;
  }

  it(
    'links what is the same, lets a person decide the rest, and then creates nothing twice',
    async () => {
      await erp.bulk('BD_Customer', { count, master: { FNumber: 'N-{n}', FName: 'Customer {n}' } });
      await crm.bulk('AccountObj', {
        count,
        data: { account_no: 'N-{n}', name: 'Account {n}', tel: '1{n}' },
      });
      // Two of the CRM and one of the ERP of one number; one that only the ERP has.
      const twins = [
        await crm.edit('AccountObj', { data: { account_no: 'TWIN', name: 'Twin one' } }),
        await crm.edit('AccountObj', { data: { account_no: 'TWIN', name: 'Twin two' }, wait: true }),
      ];
      const twin = await erp.edit('BD_Customer', { master: { FNumber: 'TWIN', FName: 'Twin' } });
      await erp.edit('BD_Customer', { master: { FNumber: 'ERP-ONLY', FName: 'Only here' } });

      const preview = await command('link', toErp, '--from', '2020-01-01', '--report', 'report.csv');
      expect(preview.output).toMatch(new RegExp(`${String(count)} one-to-one`));
      expect(preview.output).toMatch(/2 several/);
      expect(preview.output).toMatch(/1 none/);
      expect(preview.code).toBe(0);

      const applied = await command('link', toErp, '--apply', '--report', 'after.csv');
      expect(applied.output).toContain(`${String(count)} rows: ${String(count)} new.`);
      expect(applied.output).toMatch(new RegExp(`${String(count)} linked`));
      const again = await command('link', toErp, '--apply', '--report', 'after.csv');
      expect(again.output).toContain('0 rows: none.');

      const chosen = twins[0]?.dataId ?? '';
      const lines = readFileSync(join(folder, 'report.csv'), 'utf8').split('\r\n');
      const decided = lines.map((line) => (line.includes(`,${chosen},`) ? `link${line}` : line));
      writeFileSync(join(folder, 'decided.csv'), decided.join('\r\n'));
      const decisions = await command('link', toErp, '--decisions', 'decided.csv');
      expect(decisions.output).toMatch(/1 new/);

      customers({ toErp: true, toCrm: true });
      expect((await command('apply', config, '--force')).code).toBe(0);
      const accounts = await crm.records('AccountObj');
      const some = accounts.filter(({ data }) => /^N-/.test(textOf(data['account_no'])));
      for (const { dataId } of some) await crm.edit('AccountObj', { dataId, data: { tel: '777' } });
      await crm.edit('AccountObj', { dataId: chosen, data: { tel: '888' }, wait: true });
      await eventually(
        async () => {
          const records = await erp.records('BD_Customer');
          const reached = records.filter(({ master }) => master['FTel'] === '777').length;
          return (
            reached === count &&
            records.some(({ dataId, master }) => dataId === twin.dataId && master['FTel'] === '888')
          );
        },
        { withinMs: 90_000, everyMs: 200 },
      );
      const customersNow = await erp.records('BD_Customer');
      const numbers = customersNow
        .map(({ master }) => textOf(master['FNumber']))
        .filter((one) => one.startsWith('N-'));
      expect([numbers.length, new Set(numbers).size]).toEqual([count, count]);
      expect(
        (await crm.records('AccountObj')).filter(({ data }) => /^N-/.test(textOf(data['account_no']))).length,
      ).toBe(count);
    },
    4 * minutes,
  );

  it(
    'pairs what both sides make while one stream is off, and creates neither a second time',
    async () => {
      customers({ toErp: false, toCrm: true });
      expect((await command('apply', config, '--force')).code).toBe(0);
      let tries = 0;
      // Until mapping has heard of it, what the CRM makes still goes to the ERP.
      await eventually(async () => (await settledStatusOf(`FIRST-${String((tries += 1))}`)) === 9, soon);
      const numbers = Array.from({ length: 5 }, (_, i) => `BOTH-${String(i)}`);
      const made: string[] = [];
      for (const number of numbers)
        made.push(
          (await crm.edit('AccountObj', { data: { account_no: number, name: `CRM ${number}` }, wait: true }))
            .dataId,
        );
      await eventually(async () => {
        const held = await Promise.all(made.map((dataId) => statusOf(dataId)));
        return held.every((status) => status === 9);
      }, soon);
      for (const number of numbers)
        await erp.edit('BD_Customer', { master: { FNumber: number, FName: `ERP ${number}` }, push: true });
      await eventually(async () => {
        const accounts = await crm.records('AccountObj');
        return made.every((id) =>
          accounts.some(({ dataId, data }) => dataId === id && textOf(data['name']).startsWith('ERP ')),
        );
      }, soon);
      customers({ toErp: true, toCrm: true });
      expect((await command('apply', config, '--force')).code).toBe(0);
      for (const dataId of made) await crm.edit('AccountObj', { dataId, data: { tel: '999' }, wait: true });
      await eventually(async () => {
        const records = await erp.records('BD_Customer');
        return records.filter(({ master }) => master['FTel'] === '999').length === made.length;
      }, soon);
      const ofBoth = (text: unknown) => textOf(text as string).startsWith('BOTH-');
      const accounts = (await crm.records('AccountObj')).filter(({ data }) => ofBoth(data['account_no']));
      const customersNow = (await erp.records('BD_Customer')).filter(({ master }) =>
        ofBoth(master['FNumber']),
      );
      expect([accounts.length, customersNow.length]).toEqual([numbers.length, numbers.length]);
    },
    4 * minutes,
  );

  it(
    'gives its mappings as a workbook and takes them back without change',
    async () => {
      expect((await command('export', 'mappings', 'mappings.xlsx', '--stream', toErp)).code).toBe(0);
      const taken = await command('import', 'mappings', 'mappings.xlsx');
      expect(taken.output).toMatch(/rows: \d+ unchanged/);
      writeFileSync(
        join(folder, 'bad.csv'),
        'sourceObjectApiName,destObjectApiName,sourceDataId,destDataId\nAccountObj,BD_Customer,A-x,\nNix,BD_Customer,1,2\n',
      );
      const bad = await command('import', 'mappings', 'bad.csv', '--dry-run');
      expect([bad.code, bad.output]).toEqual([
        1,
        expect.stringMatching(/line 3: no stream of tenant 81138 pairs Nix with BD_Customer/),
      ]);
      expect(readFileSync(join(folder, 'bad.report.csv'), 'utf8')).toContain('Nix,BD_Customer,1,2,3,refused');
    },
    2 * minutes,
  );
});

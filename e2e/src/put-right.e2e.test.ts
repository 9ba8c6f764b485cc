import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { sandboxCrm, sandboxErp, type SandboxCrm, type SandboxErp } from '@syncline/sandbox';
import { eventually, startSyncline, type RunningSyncline } from '@syncline/testkit';
import { askConsoleFor } from './console-client.ts';

const minutes = 60_000;
const stream = '155bd981457343f291e0edc13776217f';
const count = 50;

describe('what failed at night', () => {
  let system: RunningSyncline;
  let erp: SandboxErp;
  let crm: SandboxCrm;

  beforeAll(async () => {
    system = await startSyncline({ env: { SANDBOX_TRAFFIC: '0' } });
    erp = sandboxErp(system.url('sandbox-erp'));
    crm = sandboxCrm(system.url('sandbox-crm'));
  }, 5 * minutes);
  afterAll(async () => {
    await system.stop();
  }, 2 * minutes);

  const ask = <T>(path: string, body?: object) => askConsoleFor<T>(system, path, body);

  const terminal = (...words: string[]) =>
    promisify(execFile)(resolve(import.meta.dirname, '../../syncline'), words, {
      env: {
        ...process.env,
        SYNCLINE_HOME: system.home,
        CONSOLE_PORT: String(system.ports.console),
        MAPPING_PORT: String(system.ports.mapping),
        MONGO_PORT: String(system.ports.store),
      },
    });

  const open = async (): Promise<{ syncId: string; source: { dataId: string } }[]> =>
    (
      await ask<{ items: { syncId: string; source: { dataId: string } }[] }>(
        '/tenants/81138/syncs?unresolved=true&status=5&limit=100',
      )
    ).items;

  it(
    'is brought by one bulk retry once the ERP is right again, and nothing is doubled',
    async () => {
      await erp.addFault({ kind: 'reject', operation: 'create', code: '4711', message: 'period is closed' });
      await crm.bulk('AccountObj', {
        count,
        dataId: 'N-{n}',
        data: { name: 'Account {n}', account_no: 'N-{n}' },
      });
      await eventually(async () => (await open()).length === count, { withinMs: minutes, everyMs: 200 });
      await erp.resetFaults();

      const preview = await terminal('retry', '--stream', stream, '--error-code', '4711');
      expect(preview.stdout).toMatch(/50 create/);
      expect(preview.stdout).toContain('Nothing has been changed.');
      expect(await erp.records('BD_Customer')).toHaveLength(0);

      const done = await terminal(
        'retry',
        '--stream',
        stream,
        '--error-code',
        '4711',
        '--rate',
        '500',
        '--yes',
      );
      expect(done.stdout).toMatch(
        /^finished: 50 of 50 \(50 created, 0 updated, 0 unchanged, 0 failed again\)$/m,
      );
      const numbers = (await erp.records('BD_Customer')).map(({ master }) => master['FNumber']);
      expect([numbers.length, new Set(numbers).size]).toEqual([count, count]);
      expect(await open()).toEqual([]);
    },
    3 * minutes,
  );

  it(
    'is corrected by a person over the admin API',
    async () => {
      await erp.addFault({ kind: 'reject', operation: 'create', calls: 1, code: '4712', message: 'name' });
      await crm.edit('AccountObj', { dataId: 'X-1', data: { name: 'Bad?', account_no: 'X-1' } });
      const [failed] = await eventually(
        async () => {
          const found = await open();
          return found.length === 1 && found;
        },
        { withinMs: minutes, everyMs: 100 },
      );
      const path = `/tenants/81138/syncs/${failed?.syncId ?? ''}`;
      const answer = await ask<{ message: string }>(`${path}/edit`, { fields: '{"name": "Good"}' });
      expect(answer.message).toBe('It is tried with name "Bad?" → "Good".');
      await eventually(
        async () => (await erp.records('BD_Customer')).some(({ master }) => master['FName'] === 'Good'),
        { withinMs: minutes, everyMs: 100 },
      );
      await expect(ask('/tenants/other/syncs/x/retry', {})).rejects.toThrow(/404/);
    },
    2 * minutes,
  );

  it(
    'is held while the stream is paused, and drains when it goes on',
    async () => {
      const paused = await terminal('stream', 'pause', stream, '--reason', 'ERP upgrade');
      expect(paused.stdout).toContain('is paused by');
      const edits = Array.from({ length: 20 }, (_, at) => `N-${String(at + 1)}`);
      const before = (await erp.wholeLedger({ objectApiName: 'BD_Customer' })).length;
      for (const dataId of edits) await crm.edit('AccountObj', { dataId, data: { tel: '777' } });
      const held = async () =>
        (
          await ask<{ items: { streamId: string; held: number }[] }>('/tenants/81138/stream-controls')
        ).items.find(({ streamId }) => streamId === stream)?.held;
      await eventually(async () => (await held()) === edits.length, { withinMs: minutes, everyMs: 100 });
      expect((await erp.wholeLedger({ objectApiName: 'BD_Customer' })).length).toBe(before);
      await terminal('stream', 'resume', stream, '--rate', '50');
      await terminal('stream', 'drain', stream, '--rate', '50');
      await eventually(
        async () =>
          (await erp.records('BD_Customer')).filter(({ master }) => master['FTel'] === '777').length ===
          edits.length,
        { withinMs: minutes, everyMs: 100 },
      );
      expect(await held()).toBe(0);
    },
    2 * minutes,
  );
});

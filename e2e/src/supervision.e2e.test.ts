import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, startSyncline, type RunningSyncline } from '@syncline/testkit';

const minutes = 60_000;

describe('./syncline up', () => {
  let home: string;
  let system: RunningSyncline | null = null;

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'syncline supervision '));
  });
  afterEach(async () => {
    await system?.stop();
    system = null;
  });
  afterAll(() => {
    rmSync(home, { recursive: true, force: true });
  });

  const said = (text: RegExp): boolean => text.test(system?.output() ?? '');

  it(
    'starts each service that is killed again, and says so; stops in order with exit code 0',
    async () => {
      system = await startSyncline({ home, scale: 'pusher=2' });
      expect(Object.keys(system.pids()).sort()).toEqual([
        'console',
        'kafka',
        'mapping',
        'poller',
        'pusher',
        'pusher-2',
        'receiver',
        'sandbox-crm',
        'sandbox-erp',
        'store',
      ]);
      expect(system.output().match(/^Syncline is ready$/gm)).toHaveLength(1);
      for (const name of ['receiver', 'pusher', 'mapping'] as const) {
        await system.untilBack(name, system.kill9(name));
        await eventually(() => said(new RegExp(`^${name} is back`, 'm')));
      }
      expect(await system.stop()).toBe(0);
      expect(readdirSync(join(home, 'run'))).toEqual([]);
    },
    5 * minutes,
  );

  it(
    'stops what a killed supervisor left behind, and keeps its data',
    async () => {
      system = await startSyncline({ home });
      const left = system.pids();
      await system.kill9Supervisor();
      expect(system.pids()).toEqual(left);
      const next = await startSyncline({ home, ports: system.ports });
      system = next;
      expect(said(/Stopping what an earlier run left behind: .*mapping/)).toBe(true);
      expect(said(/is in force already/)).toBe(true);
      expect(Object.values(next.pids()).filter((pid) => Object.values(left).includes(pid))).toEqual([]);
    },
    5 * minutes,
  );

  it(
    'refuses a port that is in use, naming the variable that moves it',
    async () => {
      system = await startSyncline({ home });
      const again = startSyncline({ ports: system.ports, sandbox: false });
      await expect(again).rejects.toThrow(/RECEIVER_PORT/);
    },
    5 * minutes,
  );
});

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, freePort } from '@syncline/testkit';
import { httpProbe } from '../waiting.ts';
import { stopLeftovers } from './leftovers.ts';
import { LogFiles } from './log-files.ts';
import { isRunning, startTokenOf } from './process-identity.ts';
import type { Program } from './program.ts';
import { RunFiles } from './run-files.ts';
import { Supervisor } from './supervisor.ts';

/** A service in miniature: ready at once, and says when it is asked to stop. */
const goodService = `
  const server = require('node:http').createServer((_, res) => res.end('{}')).listen(process.env.PORT, '127.0.0.1');
  process.on('SIGTERM', () => { console.log(process.env.NAME + ' stops ' + process.hrtime.bigint()); process.exit(0); });
`;
const deafService = goodService + "process.removeAllListeners('SIGTERM'); process.on('SIGTERM', () => {});";
const neverReady = `
  console.log('waiting for something');
  require('node:http').createServer((_, res) => { res.statusCode = 503; res.end('{"reasons":[{"part":"store","reason":"away"}]}'); })
    .listen(process.env.PORT, '127.0.0.1');
`;
const badSetting = "console.error('PUSHER_PORT is not valid'); process.exit(2);";

describe('Supervisor', () => {
  const going = new AbortController().signal;
  let home: string;
  let lines: string[];
  let runFiles: RunFiles;
  let supervisor: Supervisor;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'syncline supervisor '));
    lines = [];
    runFiles = new RunFiles(home);
    const output = {
      say: (line: string) => void lines.push(line),
      warn: (line: string) => void lines.push(line),
    };
    supervisor = new Supervisor({ runFiles, logs: new LogFiles(home), output });
  });
  afterEach(() => {
    supervisor.kill();
    rmSync(home, { recursive: true });
  });

  async function programOf(name: string, source: string, over: Partial<Program> = {}): Promise<Program> {
    const port = await freePort();
    const readyUrl = `http://127.0.0.1:${port}/readyz`;
    return {
      name,
      command: process.execPath,
      args: ['-e', source],
      cwd: home,
      env: { PORT: String(port), NAME: name },
      host: '127.0.0.1',
      port,
      portVariable: null,
      readyUrl,
      probe: httpProbe(readyUrl),
      readyWithinMs: 20_000,
      stopWithinMs: 10_000,
      ...over,
    };
  }

  const pidOf = (name: string): number => Number(readFileSync(join(home, 'run', `${name}.pid`), 'utf8'));
  const logOf = (name: string): string => readFileSync(join(home, 'logs', `${name}.log`), 'utf8');

  it('writes the real pid of each process, and removes it when the process has stopped', async () => {
    await supervisor.start([await programOf('pusher', goodService)], going);
    const pid = pidOf('pusher');
    expect(startTokenOf(pid)).not.toBeNull();
    await supervisor.stop();
    expect(startTokenOf(pid)).toBeNull();
    expect(existsSync(join(home, 'run', 'pusher.pid'))).toBe(false);
  });

  it('stops the stages in reverse order', async () => {
    await supervisor.start([await programOf('store', goodService)], going);
    await supervisor.start([await programOf('pusher', goodService)], going);
    await supervisor.stop();
    const stoppedAt = (name: string): bigint => BigInt(/stops (\d+)/.exec(logOf(name))?.[1] ?? 0);
    expect(stoppedAt('pusher')).toBeGreaterThan(0n);
    expect(stoppedAt('store')).toBeGreaterThan(stoppedAt('pusher'));
  });

  it('starts a process that was killed again, and says so and that it is back', async () => {
    await supervisor.start([await programOf('pusher', goodService)], going);
    const first = pidOf('pusher');
    process.kill(first, 'SIGKILL');
    await eventually(() => lines.some((line) => /pusher is back \(pid \d+\)/.test(line)));
    expect(lines).toContain('pusher stopped (ended by SIGKILL); it is started again in 1 s.');
    expect(pidOf('pusher')).not.toBe(first);
    expect(runFiles.list()).toMatchObject([{ name: 'pusher', restarts: 1, lastExit: 'ended by SIGKILL' }]);
  });

  it('does not start a process again that dies while it stops', async () => {
    await supervisor.start([await programOf('pusher', goodService)], going);
    await supervisor.stop();
    expect(lines.filter((line) => line.includes('again'))).toEqual([]);
  });

  it('ends a process that does not stop within its limit', async () => {
    await supervisor.start([await programOf('pusher', deafService, { stopWithinMs: 200 })], going);
    const pid = pidOf('pusher');
    await supervisor.stop();
    expect(startTokenOf(pid)).toBeNull();
  });

  it('gives the reason and the end of the log of a process that does not become ready', async () => {
    const starting = supervisor.start(
      [await programOf('pusher', neverReady, { readyWithinMs: 1500 })],
      going,
    );
    await expect(starting).rejects.toThrow(
      /pusher did not become ready.*store: away[\s\S]*waiting for something/,
    );
  });

  it('gives up at once on a process that was given a bad setting', async () => {
    const starting = supervisor.start([await programOf('pusher', badSetting)], going);
    await expect(starting).rejects.toThrow(/exit code 2[\s\S]*PUSHER_PORT is not valid/);
  });

  it('gives up at once on a program that is not there', async () => {
    const starting = supervisor.start([await programOf('kafka', '', { command: join(home, 'none') })], going);
    await expect(starting).rejects.toThrow(/could not be started/);
  });

  it('does not take another process that has the port for its own', async () => {
    const stranger = createServer((_, response) => response.end('{}'));
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const { port } = stranger.address() as AddressInfo;
    const program = await programOf('pusher', goodService, { port, portVariable: 'PUSHER_PORT' });
    try {
      await expect(supervisor.start([program], going)).rejects.toThrow(/PUSHER_PORT/);
    } finally {
      stranger.close();
    }
  });

  it('ends everything at once when it is told to', async () => {
    await supervisor.start(
      [await programOf('pusher', deafService), await programOf('mapping', deafService)],
      going,
    );
    const pids = [pidOf('pusher'), pidOf('mapping')];
    supervisor.kill();
    await eventually(() => pids.every((pid) => startTokenOf(pid) === null));
  });

  describe('that was killed itself', () => {
    it('leaves processes that the next one finds and stops', async () => {
      const orphan = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
        detached: true,
        stdio: 'ignore',
      });
      const pid = orphan.pid ?? 0;
      const startToken = startTokenOf(pid) ?? '';
      runFiles.write({
        name: 'mapping',
        pid,
        startToken,
        port: 1,
        readyUrl: null,
        startedAt: 0,
        restarts: 0,
        lastExit: null,
      });
      expect(await stopLeftovers(runFiles, 5000)).toEqual(['mapping']);
      expect(isRunning(pid, startToken)).toBe(false);
      expect(runFiles.list()).toEqual([]);
    });

    it('leaves alone a process that only has the number of one of ours', async () => {
      const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      const pid = stranger.pid ?? 0;
      runFiles.write({
        name: 'mapping',
        pid,
        startToken: 'an earlier one',
        port: 1,
        readyUrl: null,
        startedAt: 0,
        restarts: 0,
        lastExit: null,
      });
      expect(await stopLeftovers(runFiles, 5000)).toEqual([]);
      expect(startTokenOf(pid)).not.toBeNull();
      stranger.kill('SIGKILL');
    });
  });
});

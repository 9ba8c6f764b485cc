import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@syncline/testkit';
import { startTokenOf } from '../supervisor/process-identity.ts';
import { runLimited } from './run-limited.ts';

describe('runLimited', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'syncline-limited-'));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  const run = (script: string, limitMs: number, signal = new AbortController().signal): Promise<number> =>
    runLimited({
      command: 'sh',
      args: ['-c', script],
      root,
      env: { PATH: process.env.PATH },
      limitMs,
      signal,
    });

  it('returns the exit code', async () => {
    expect(await run('exit 3', 10_000)).toBe(3);
  });

  it('ends a command at its limit with all that it started', async () => {
    expect(await run('sleep 60 & echo $! > grandchild; wait', 500)).toBe(124);
    const grandchild = Number(readFileSync(join(root, 'grandchild'), 'utf8'));
    await eventually(() => startTokenOf(grandchild) === null);
  });

  it('ends a command when it is told to, and starts none afterwards', async () => {
    const stop = new AbortController();
    const running = run('sleep 60', 30_000, stop.signal);
    stop.abort();
    expect(await running).toBe(124);
    expect(await run('exit 0', 10_000, stop.signal)).toBe(124);
  });
});
